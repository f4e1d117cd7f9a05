/**
 * The loop as it runs in message mode: the same passes as in shared mode, but asleep in the event queue, which a page's
 * thread may do too.
 */
import { expect } from '@esm-bundle/chai';
import type { Denoiser } from '../../src/engine/denoiser.ts';
import type * as Engine from '../../src/engine/index.ts';
import { floatToWord, Word } from '../../src/shared/control-block.ts';
import { MessageWorkerEnd, MessageWorkletEnd } from '../../src/shared/message-pipe.ts';
import { ServedNode } from '../../src/worker/served-node.ts';
import { StepLoop } from '../../src/worker/step-loop.ts';
import { noise } from '../engine/signals.ts';
import { hasDevtools, skip } from '../support/browser-limits.ts';
import { ENGINE_DELAY, HOP, Passthrough, POISON } from './passthrough.ts';

const RING = 16384;

/** A loop with nodes, and the worklet's end of each. */
class Bench {
  readonly crashes: unknown[] = [];
  readonly loop = new StepLoop((error) => this.crashes.push(error));
  readonly pipes: MessageWorkletEnd[] = [];
  readonly #workerPipes: MessageWorkerEnd[] = [];

  open(denoiser: Denoiser, contextRateHz = 48000, offline = false): MessageWorkletEnd {
    const { port1, port2 } = new MessageChannel();
    const end = { mode: 'message', channels: 1, ringSamples: RING } as const;
    const worker = new MessageWorkerEnd({ ...end, port: port2 }, () => this.loop.wake());
    const node = new ServedNode({ nodeId: this.pipes.length, contextRateHz, offline }, denoiser, worker);
    const worklet = new MessageWorkletEnd({ ...end, port: port1 }, node.advanceWaitSamples);
    Atomics.store(worklet.words, Word.ACTIVE_CHANNELS, 1);
    Atomics.store(worklet.words, Word.ATTENUATION_LIMIT, floatToWord(100));
    this.loop.add(node, undefined);
    this.pipes.push(worklet);
    this.#workerPipes.push(worker);
    return worklet;
  }

  /** Keeps the loop asleep, from before nodes come: messages keep no time among themselves. */
  hold(): void {
    this.loop.wake = () => {};
  }

  /** Wakes the loop when as many samples have arrived at each node. */
  async release(...arrived: number[]): Promise<void> {
    await until('all has arrived', () => this.#workerPipes.every(({ noisy }, i) => noisy.availableRead === arrived[i]));
    this.loop.wake = StepLoop.prototype.wake;
    this.loop.wake();
  }

  close(): void {
    for (let i = 0; i < this.pipes.length; i++) {
      this.pipes[i].close();
      this.loop.remove(i);
    }
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: string, isSo: () => boolean, patienceMs = 10_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await wait(5);
  }
}

/** Writes samples as a worklet does, and reads what has come back by then. */
function feed(pipe: MessageWorkletEnd, signal: Float32Array, from: number, length: number): void {
  expect(pipe.noisy.write([signal], 1, from, length)).to.equal(length);
  pipe.signal();
}

describe('StepLoop', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(() => bench.close());

  it('steps the streams of all nodes that have a step to make in one batch', async () => {
    const engine = new Passthrough();
    bench.hold();
    const pipes = [1, 2, 3].map(() => bench.open(engine.asDenoiser));
    const signal = noise(HOP, 1);
    for (const pipe of pipes) feed(pipe, signal, 0, HOP);
    await bench.release(HOP, HOP, HOP);
    await until('all have come back', () => pipes.every((pipe) => pipe.enhanced.availableRead === HOP));
    expect(engine.batches).to.deep.equal([3]);
  });

  it('batches nodes of one model only', async () => {
    const engines = [new Passthrough(), new Passthrough()];
    bench.hold();
    const pipes = [...engines, ...engines].map((engine) => bench.open(engine.asDenoiser));
    for (const pipe of pipes) feed(pipe, noise(HOP, 1), 0, HOP);
    await bench.release(HOP, HOP, HOP, HOP);
    await until('all have come back', () => pipes.every((pipe) => pipe.enhanced.availableRead === HOP));
    expect(engines.map(({ batches }) => batches)).to.deep.equal([[2], [2]]);
  });

  it('lets a node that has fallen behind catch up without holding up the others', async () => {
    const engine = new Passthrough();
    bench.hold();
    const [late, punctual] = [bench.open(engine.asDenoiser), bench.open(engine.asDenoiser)];
    feed(late, noise(10 * HOP, 1), 0, 10 * HOP);
    feed(punctual, noise(HOP, 2), 0, HOP);
    await bench.release(10 * HOP, HOP);
    await until('all has come back', () => late.enhanced.availableRead === 10 * HOP);
    expect(punctual.enhanced.availableRead).to.equal(HOP);
    expect(engine.batches).to.deep.equal([2, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('puts a node aside that throws, and serves the others', async () => {
    const engine = new Passthrough();
    const [bad, good] = [bench.open(engine.asDenoiser), bench.open(engine.asDenoiser)];
    const signal = noise(10 * HOP, 3);
    feed(bad, new Float32Array(HOP).fill(POISON), 0, HOP);
    for (let hop = 0; hop < 10; hop++) feed(good, signal, hop * HOP, HOP);
    await until('the good one is served', () => good.enhanced.availableRead === 10 * HOP);
    expect(bench.crashes).to.deep.equal([]);
    expect(bench.loop.nodes.map(({ isBroken }) => isBroken)).to.deep.equal([true, false]);
    const out = [new Float32Array(10 * HOP)];
    good.enhanced.read(out, 0, 10 * HOP);
    expect(out[0].subarray(ENGINE_DELAY)).to.deep.equal(
      signal.subarray(0, 10 * HOP - ENGINE_DELAY).map((sample) => sample / 2),
    );
  });

  it('says that it has crashed when the model throws, once', async () => {
    const engine = new Passthrough();
    engine.step = () => {
      throw new Error('The model is gone.');
    };
    const pipe = bench.open(engine.asDenoiser);
    feed(pipe, noise(HOP, 1), 0, HOP);
    await until('it has crashed', () => bench.crashes.length > 0);
    feed(pipe, noise(HOP, 1), 0, HOP);
    await wait(50);
    expect(bench.crashes.map(String)).to.deep.equal(['Error: The model is gone.']);
  });

  it('answers a node that has no step to make yet, and tells its speed', async () => {
    const engine = new Passthrough();
    engine.stepMs = 1;
    const pipe = bench.open(engine.asDenoiser);
    feed(pipe, noise(4 * HOP, 1), 0, 4 * HOP);
    await until('all has come back', () => pipe.enhanced.availableRead === 4 * HOP);
    pipe.noisy.write([noise(100, 1)], 1, 0, 100);
    pipe.flush();
    await until('it is settled', () => pipe.settled);
    expect(pipe.words[Word.STEPS]).to.equal(4);
    await until('the beat without a step is told', () => pipe.words[Word.HEARTBEAT] >= 5);
    expect(pipe.words[Word.STEP_MICROS_P50]).to.be.at.least(1000);
    expect(pipe.words[Word.STEP_MICROS_P95]).to.be.at.least(pipe.words[Word.STEP_MICROS_P50]);
  });

  it('serves a node that comes while it runs, and forgets one that goes', async () => {
    const engine = new Passthrough();
    const first = bench.open(engine.asDenoiser);
    feed(first, noise(2 * HOP, 1), 0, 2 * HOP);
    const second = bench.open(engine.asDenoiser);
    feed(second, noise(HOP, 1), 0, HOP);
    await until(
      'both have come back',
      () => first.enhanced.availableRead === 2 * HOP && second.enhanced.availableRead === HOP,
    );
    bench.loop.remove(0);
    bench.loop.remove(77);
    feed(second, noise(HOP, 1), 0, HOP);
    await until('the second goes on', () => second.enhanced.availableRead === 2 * HOP);
    expect(bench.loop.nodes.map(({ nodeId }) => nodeId)).to.deep.equal([1]);
  });

  it('sheds the youngest node when there is more to do than time, and never an offline one', async function () {
    this.timeout(30_000);
    if (!(await hasDevtools())) skip(this, 'turns');
    const engine = new Passthrough();
    engine.stepMs = 8; // Two nodes of 10 ms a hop need 16.
    const [oldest, youngest] = [bench.open(engine.asDenoiser), bench.open(engine.asDenoiser)];
    const offline = bench.open(engine.asDenoiser, 48000, true);
    const signal = noise(HOP, 1);
    const out = [new Float32Array(RING)];
    const start = performance.now();
    let fed = 0;
    while (youngest.words[Word.SHED] === 0 && performance.now() - start < 10_000) {
      for (; fed < (performance.now() - start) / 10; fed++) {
        for (const pipe of [oldest, youngest]) {
          pipe.enhanced.read(out, 0, RING);
          if (pipe.noisy.availableWrite >= HOP) feed(pipe, signal, 0, HOP);
        }
      }
      await wait(1);
    }
    expect([oldest.words[Word.SHED], youngest.words[Word.SHED], offline.words[Word.SHED]]).to.deep.equal([0, 1, 0]);
  });

  it('gives of a real model what its stream gives alone, for nodes of several rates at once', async () => {
    // The bundle: TensorFlow.js as npm has it is no module that a browser reads.
    const engine: typeof Engine = await import(`${location.origin}/dist/engine.js`);
    const denoiser = await engine.Denoiser.load({
      modelUrl: `${location.origin}/models/base/`,
      wasmUrl: `${location.origin}/dist/wasm/`,
    });
    const rates = [48000, 44100, 22050];
    const pipes = rates.map((rate) => bench.open(denoiser, rate));
    const signals = rates.map((_, i) => noise(12000, 20 + i, 0.1));
    for (let sent = 0; sent < 12000; sent += 1200) {
      for (const [i, pipe] of pipes.entries()) {
        feed(pipe, signals[i], sent, 1200);
        pipe.flush();
      }
      await until('all is settled', () => pipes.every((pipe) => pipe.settled));
    }
    for (const [i, rate] of rates.entries()) {
      const stream = denoiser.createStream(rate);
      stream.push(signals[i], 0, 12000);
      while (stream.hopReady) denoiser.step([stream]);
      const alone = new Float32Array(stream.available);
      stream.pull(alone, 0, alone.length);
      expect(pipes[i].enhanced.availableRead).to.equal(alone.length);
      expect(alone.length).to.be.above(12000 - 500);
      const together = [new Float32Array(alone.length)];
      pipes[i].enhanced.read(together, 0, alone.length);
      for (let k = 0; k < alone.length; k++) expect(together[0][k]).to.be.closeTo(alone[k], 1e-6);
    }
    bench.close();
    denoiser.dispose();
  });
});
