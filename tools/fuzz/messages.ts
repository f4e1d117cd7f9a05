/** What page, worklet and worker say to each other: in any order and at any time, and with fields that are wrong. */
import type { Denoiser, DenoiserStream } from '../../src/engine/index.ts';
import { BELL_WORDS, CONTROL_WORDS, Word } from '../../src/shared/control-block.ts';
import { type ErrorData, fromErrorData, toErrorData } from '../../src/shared/errors.ts';
import { MessageWorkerEnd, MessageWorkletEnd } from '../../src/shared/message-pipe.ts';
import type { MainToWorker, WorkerToMain } from '../../src/shared/protocol.ts';
import { SharedWorkerEnd, SharedWorkletEnd } from '../../src/shared/shared-pipe.ts';
import { ServedNode } from '../../src/worker/served-node.ts';
import { expect, expectDeclared } from './finding.ts';
import type { Random } from './random.ts';
import type { FuzzTarget } from './target.ts';
import { oddValue, spoiltTree } from './values.ts';

const RING_SAMPLES = 1024;
const CODES = ['model-load', 'model-corrupt', 'model-mismatch', 'wasm', 'unsupported', 'worker-crashed'];
const TINY = new URL('../../models/tiny/', import.meta.url).href;

export const messages: FuzzTarget = {
  name: 'messages',
  run: async (random) => {
    const [share, action] = [random.next(), random];
    if (share < 0.4) messagePipe(action);
    else if (share < 0.7) wildWords(action);
    else if (share < 0.8) errors(action);
    else await workerRequests(action);
  },
};

/** Samples cross a pipe of messages in order and unchanged, whenever who looks at it. */
function messagePipe(random: Random): void {
  const queues: { deliver(): void }[][] = [[], []];
  const ports = queues.map((): { onmessage: ((event: { data: unknown }) => void) | null } => ({ onmessage: null }));
  const data = (side: 0 | 1) => ({
    mode: 'message' as const,
    channels: 2,
    ringSamples: RING_SAMPLES,
    port: Object.assign(ports[side], {
      close: () => {},
      postMessage: (message: unknown, transfer: ArrayBuffer[]) => {
        const copy = structuredClone(message, { transfer });
        queues[side].push({ deliver: () => ports[1 - side].onmessage?.({ data: copy }) });
      },
    }) as unknown as MessagePort,
  });
  const worklet = new MessageWorkletEnd(data(0), 1 + random.below(300));
  const worker = new MessageWorkerEnd(data(1), () => {});
  const planes = [new Float32Array(300), new Float32Array(300)];
  let [written, taken, answered, heard] = [0, 0, 0, 0];
  const valueAt = (index: number, channel: number): number => Math.fround(((index + 17 * channel) % 1013) / 1013);
  const check = (ring: typeof worker.noisy, from: number): number => {
    const count = ring.read(planes, 0, Math.min(ring.availableRead, random.length(300)));
    for (let c = 0; c < 2; c++) {
      const other = planes[c].subarray(0, count).findIndex((sample, n) => sample !== valueAt(from + n, c));
      expect(other === -1, `sample ${from + other} is another`);
    }
    return count;
  };
  const write = (ring: typeof worker.noisy, from: number, most: number): number => {
    const count = Math.min(random.length(300), most);
    for (let c = 0; c < 2; c++) for (let n = 0; n < count; n++) planes[c][n] = valueAt(from + n, c);
    return ring.write(planes, 2, 0, count);
  };
  for (let turn = random.length(400); turn > 0; turn--) {
    random.pick([
      () => {
        written += write(worklet.noisy, written, 300);
        worklet.signal();
      },
      () => worklet.flush(),
      () => queues[0].shift()?.deliver(),
      () => queues[1].shift()?.deliver(),
      () => {
        taken += check(worker.noisy, taken);
        worker.signal();
      },
      () => {
        answered += write(worker.enhanced, answered, taken - answered);
        worker.signal();
      },
      () => {
        heard += check(worklet.enhanced, heard);
      },
    ])();
  }
  worklet.flush();
  for (const queue of queues) while (queue.length > 0) queue.shift()?.deliver();
  while (taken < written) taken += check(worker.noisy, taken);
  worker.flush();
  while (queues[1].length > 0) queues[1].shift()?.deliver();
  while (heard < answered) heard += check(worklet.enhanced, heard);
}

/** A node whose control words say anything is served in bounded time, and gives what is finite. */
function wildWords(random: Random): void {
  const channels = random.pick([1, 2, 8]);
  const bytes = channels * RING_SAMPLES * Float32Array.BYTES_PER_ELEMENT;
  const memory = {
    control: new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    noisy: new SharedArrayBuffer(bytes),
    enhanced: new SharedArrayBuffer(bytes),
    bell: new SharedArrayBuffer(BELL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    channels,
    ringSamples: RING_SAMPLES,
  };
  const worklet = new SharedWorkletEnd(memory);
  const request = { nodeId: 1, contextRateHz: 48000, offline: random.chance(0.5) };
  const node = new ServedNode(request, halving(), new SharedWorkerEnd(memory));
  const planes = Array.from({ length: channels }, () => new Float32Array(RING_SAMPLES).fill(0.5));
  const batch: DenoiserStream[] = [];
  for (let turn = random.length(60); turn > 0; turn--) {
    if (random.chance(0.3)) {
      // The words that the worklet writes; a page or worklet that is broken is not excused by its own memory.
      const word = random.pick([
        Word.ACTIVE_CHANNELS,
        Word.ATTENUATION_LIMIT,
        Word.RESET_REQUEST,
        Word.OVERRUNS,
        Word.PROBE_MAIN,
      ]);
      Atomics.store(worklet.words, word, random.pick([0, 1, -1, 2, 3, 2 ** 31 - 1, -(2 ** 31), random.below(2 ** 31)]));
    }
    worklet.noisy.write(planes, random.below(channels + 1), 0, random.length(600));
    const count = node.collect(batch, 0);
    expect(count >= 0 && count <= channels, `${count} streams of ${channels} channels`);
    for (let i = 0; i < count; i++) (batch[i] as unknown as { step(): void }).step();
    node.publish();
    const read = worklet.enhanced.read(planes, 0, worklet.enhanced.availableRead);
    for (const plane of planes) {
      const wild = plane.subarray(0, read).find((sample) => !(Math.abs(sample) <= 1));
      expect(wild === undefined, `a sample of ${wild}`);
    }
    for (const plane of planes) plane.fill(0.5);
  }
  node.dispose();
}

/** An engine whose streams give half of what they get. */
function halving(): Denoiser {
  const hop = 128;
  const createStream = (): unknown => {
    const [waiting, done]: [number[], number[]] = [[], []];
    return {
      delaySamples: 0,
      attenuationLimitDb: 100,
      push: (samples: Float32Array, start: number, length: number) =>
        waiting.push(...samples.subarray(start, start + length)),
      get hopReady() {
        return waiting.length >= hop;
      },
      get samplesToHop() {
        return Math.max(0, hop - waiting.length);
      },
      get available() {
        return done.length;
      },
      step: () => done.push(...waiting.splice(0, hop).map((sample) => sample / 2)),
      pull: (into: Float32Array, start: number, length: number) => {
        const moved = done.splice(0, length);
        into.set(moved, start);
        return moved.length;
      },
      reset: () => {
        waiting.length = 0;
        done.length = 0;
      },
      dispose: () => {},
    };
  };
  const manifest = { sampleRateHz: 48000, framing: { hopSamples: hop } };
  return { manifest, createStream } as unknown as Denoiser;
}

/** Whatever is thrown on one side is an error with a code on the other. */
function errors(random: Random): void {
  const thrown = random.chance(0.5) ? oddValue(random) : new Error(String(random.next()), { cause: oddValue(random) });
  const data = structuredClone(toErrorData(thrown, 'worker-crashed'));
  expect(fromErrorData(data).code === 'worker-crashed', 'another code');
}

interface WorkerScope {
  onmessage: (event: { data: unknown }) => void;
  postMessage(message: WorkerToMain): void;
}

let scope: Promise<WorkerScope> | undefined;
let answers: WorkerToMain[] = [];
let lastRequest = 0;

/** The worker's script, in this thread. */
async function workerScope(): Promise<WorkerScope> {
  const self = {
    onmessage: () => {},
    postMessage: (message: WorkerToMain) => answers.push(message),
    // There is no policy here that could refuse anything.
    addEventListener: () => {},
  };
  Object.assign(globalThis, { self });
  await import('../../src/worker/denoise-worker.ts');
  return self as unknown as WorkerScope;
}

/** Every request is answered once, whatever is in it; only one to close is not, unless it fails. */
async function workerRequests(random: Random): Promise<void> {
  scope ??= workerScope();
  const worker = await scope;
  answers = [];
  const asked: number[] = [];
  const ports: MessagePort[] = [];
  for (let i = random.length(6); i > 0; i--) {
    const requestId = ++lastRequest;
    const { message, port } = request(requestId, random);
    if (!isClose(message)) asked.push(requestId);
    if (port !== undefined) ports.push(port);
    worker.onmessage({ data: message });
  }
  const until = Date.now() + 30_000;
  while (asked.some((id) => !answers.some((answer) => isAnswerTo(id, answer))) && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 1));
  for (const port of ports) port.close();
  for (const id of asked) {
    const count = answers.filter((answer) => isAnswerTo(id, answer)).length;
    expect(count === 1, `${count} answers to request ${id}`);
  }
  for (const answer of answers) {
    expect(answer.type !== 'crashed', `crashed: ${'error' in answer ? answer.error.message : ''}`);
    if (answer.type === 'failed') expectErrorData(answer.error);
  }
  for (const { type, ...rest } of [...answers])
    if (type === 'opened') worker.onmessage({ data: { ...rest, type: 'close', requestId: ++lastRequest } });
}

function isAnswerTo(requestId: number, message: WorkerToMain): boolean {
  return 'requestId' in message && message.requestId === requestId;
}

function isClose(message: unknown): boolean {
  return (message as { type?: unknown }).type === 'close';
}

/** A request that is right, or of which fields are wrong; never its number, which only the page's own code makes. */
function request(requestId: number, random: Random): { message: unknown; port?: MessagePort } {
  const nodeId = random.below(4);
  const message = random.pick<() => Extract<MainToWorker, { type: 'open' }> | { type: string; requestId: number }>([
    // Without the folder of the backend's files, which is the package's own in Node.
    () => ({ type: 'load-model', requestId, modelUrl: TINY }),
    () => ({ type: 'close', requestId, nodeId }),
    () => ({ type: 'census', requestId }),
    () => ({ type: 'nothing', requestId }),
    () => {
      const { port2 } = new MessageChannel();
      const pipe = { mode: 'message', port: port2, channels: 2, ringSamples: 4096 } as const;
      return { type: 'open', requestId, nodeId, modelUrl: TINY, contextRateHz: 48000, offline: false, pipe };
    },
  ])();
  const port = 'pipe' in message && message.pipe.mode === 'message' ? message.pipe.port : undefined;
  if (random.chance(0.5)) return port === undefined ? { message } : { message, port };
  if (!('pipe' in message)) return { message: { ...(spoiltTree(message, random) as object), requestId } };
  const { pipe, ...rest } = message;
  const spoilt = { ...(spoiltTree(rest, random) as object), requestId, pipe: { ...pipe, channels: oddValue(random) } };
  return port === undefined ? { message: spoilt } : { message: spoilt, port };
}

function expectErrorData({ code, message }: ErrorData): void {
  expect(CODES.includes(code), `a code of "${code}"`);
  const error = new Error(message);
  error.name = 'DenoiseError';
  expectDeclared(error, ['DenoiseError']);
}
