import { expect } from '@esm-bundle/chai';
import { Word } from '../../src/shared/control-block.ts';
import { MessageWorkerEnd, MessageWorkletEnd } from '../../src/shared/message-pipe.ts';
import { noise } from '../engine/signals.ts';

const HOP = 480;

/** A real channel that counts what is posted at its ends and what has arrived. */
class Channel {
  readonly port1: MessagePort;
  readonly port2: MessagePort;
  #underway = 0;

  constructor() {
    ({ port1: this.port1, port2: this.port2 } = new MessageChannel());
    for (const port of [this.port1, this.port2]) {
      const post = port.postMessage.bind(port);
      port.postMessage = (message: unknown, transfer: Transferable[] | StructuredSerializeOptions = []) => {
        this.#underway += 1;
        post(message, Array.isArray(transfer) ? { transfer } : transfer);
      };
      port.addEventListener('message', () => {
        this.#underway -= 1;
      });
    }
  }

  /**
   * Waits until every message that was posted has arrived. One turn is not enough: channels keep no order among
   * themselves.
   */
  async delivered(): Promise<void> {
    do await turn();
    while (this.#underway > 0);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Both ends of a channel, with a count of what arrives. */
function makePipes(channels = 1, ringSamples = 2048) {
  const channel = new Channel();
  const heard = { worker: 0, worklet: 0 };
  const worklet = new MessageWorkletEnd({ mode: 'message', port: channel.port1, channels, ringSamples }, HOP, () => {
    heard.worklet += 1;
  });
  const worker = new MessageWorkerEnd({ mode: 'message', port: channel.port2, channels, ringSamples }, () => {
    heard.worker += 1;
  });
  return { worklet, worker, heard, delivered: () => channel.delivered() };
}

describe('MessageEnd', () => {
  it('carries samples both ways, in order, and indices with them', async () => {
    const { worklet, worker, delivered } = makePipes(2);
    const planes = [noise(4800, 1), noise(4800, 2)];
    const [there, back] = [planes.map(() => new Float32Array(4800)), planes.map(() => new Float32Array(4800))];
    let [taken, returned] = [0, 0];
    for (let sent = 0; sent < 4800; sent += 160) {
      worklet.noisy.write(planes, 2, sent, 160);
      worklet.flush();
      await delivered();
      const count = worker.noisy.read(there, taken, 4800);
      worker.enhanced.write(there, 2, taken, count);
      taken += count;
      worker.signal();
      await delivered();
      returned += worklet.enhanced.read(back, returned, 4800);
    }
    expect([taken, returned]).to.deep.equal([4800, 4800]);
    expect(back).to.deep.equal(planes);
    worklet.close();
    worker.close();
  });

  it('sends about one message for each step, with the words of its own side', async () => {
    const { worklet, worker, heard, delivered } = makePipes();
    const quantum = [new Float32Array(128)];
    Atomics.store(worklet.words, Word.ACTIVE_CHANNELS, 1);
    Atomics.store(worklet.words, Word.SHED, 7);
    for (let quanta = 0; quanta < 375; quanta++) {
      worklet.noisy.write(quantum, 1, 0, 128);
      worklet.signal();
      await delivered();
      while (worker.noisy.availableRead >= HOP) {
        worker.noisy.discard(HOP);
        worker.enhanced.writeSilence(HOP);
        Atomics.store(worker.words, Word.NEXT_DUE, (worker.noisy.readIndex + HOP) | 0);
      }
      worker.signal();
      await delivered();
      worklet.enhanced.discard(HOP);
    }
    // 48 000 samples are 100 hops.
    expect(heard.worker).to.be.within(99, 105);
    expect(heard.worklet).to.equal(heard.worker);
    expect(Atomics.load(worker.words, Word.ACTIVE_CHANNELS)).to.equal(1);
    expect(Atomics.load(worker.words, Word.SHED), "a word of the worker's own").to.equal(0);
    worklet.close();
    worker.close();
  });

  it('sends the samples of a long step in parts, none of which is much for one quantum', async () => {
    const channel = new Channel();
    const { port1, port2 } = channel;
    const lengths: number[] = [];
    const worklet = new MessageWorkletEnd({ mode: 'message', port: port1, channels: 1, ringSamples: 65536 }, 48000);
    port2.onmessage = ({ data }) => lengths.push(data.length);
    const quantum = [new Float32Array(128)];
    for (let quanta = 0; quanta < 375; quanta++) {
      worklet.noisy.write(quantum, 1, 0, 128);
      worklet.signal();
    }
    await channel.delivered();
    expect(Math.max(...lengths)).to.equal(2048);
    // The last part goes when the hop is full.
    expect(lengths.reduce((sum, length) => sum + length, 0)).to.equal(48000);
    worklet.close();
    port2.close();
  });

  it('is full when as much is under way as the far ring holds', async () => {
    const { worklet, worker, delivered } = makePipes(1, 1024);
    const planes = [new Float32Array(2000)];
    expect(worklet.noisy.write(planes, 1, 0, 2000)).to.equal(1024);
    worklet.flush();
    await delivered();
    expect(worklet.noisy.availableWrite).to.equal(0);
    worker.noisy.discard(300);
    worker.flush();
    await delivered();
    expect(worklet.noisy.availableWrite).to.equal(300);
    worklet.close();
    worker.close();
  });

  it('is settled when every step that is due has come back, and not before', async () => {
    const { worklet, worker, delivered } = makePipes();
    expect(worklet.settled).to.equal(true);
    worklet.noisy.write([new Float32Array(500)], 1, 0, 500);
    expect(worklet.settled).to.equal(false);
    worklet.flush();
    await delivered();
    expect(worklet.settled).to.equal(false);
    worker.noisy.discard(HOP);
    worker.enhanced.writeSilence(HOP);
    Atomics.store(worker.words, Word.NEXT_DUE, 2 * HOP);
    worker.signal();
    await delivered();
    expect(worklet.settled).to.equal(true);
    expect(worklet.enhanced.availableRead).to.equal(HOP);
    worklet.close();
    worker.close();
  });

  it('uses the arrays of the messages it gets for those it sends', async () => {
    const channel = new Channel();
    const { port1, port2 } = channel;
    const worklet = new MessageWorkletEnd({ mode: 'message', port: port1, channels: 1, ringSamples: 2048 }, HOP);
    const lengths: number[] = [];
    port2.onmessage = ({ data }) => {
      lengths.push(data.samples.length);
      // Longer than anything this pipe would make for itself.
      const samples = new Float32Array(5000);
      port2.postMessage({ type: 'enhanced', samples, channels: 1, length: 0, words: data.words }, [
        samples.buffer,
        data.words.buffer,
      ]);
    };
    for (let i = 0; i < 3; i++) {
      worklet.flush();
      await channel.delivered();
    }
    expect(lengths.slice(1)).to.deep.equal([5000, 5000]);
    worklet.close();
    port2.close();
  });

  it('is deaf and dumb once it is closed', async () => {
    const { worklet, worker, heard } = makePipes();
    worker.close();
    worklet.flush();
    // Nothing can arrive; what wrongly did would within these turns.
    for (let i = 0; i < 20; i++) await turn();
    expect(heard.worker).to.equal(0);
    worklet.close();
    worklet.close();
    expect(() => worklet.flush()).to.not.throw();
  });
});
