/**
 * In:     messages of the page (protocol.ts)
 * Out:    answers; nodes for step-loop.ts
 * Thread: [worker]
 *
 * The entry: owns the loaded models and hands nodes to the loop.
 */
import { Denoiser } from '../engine/denoiser.ts';
import { advanceSamples, computingShare } from '../engine/manifest/manifest.ts';
import { toErrorData } from '../shared/errors.ts';
import { MessageWorkerEnd } from '../shared/message-pipe.ts';
import type { PipeEnd } from '../shared/pipe-end.ts';
import type { MainToWorker, PipeEndData, WorkerToMain } from '../shared/protocol.ts';
import { quoted } from '../shared/quoted.ts';
import { SharedWorkerEnd } from '../shared/shared-pipe.ts';
import { measureStep } from './measure-step.ts';
import { ServedNode } from './served-node.ts';
import { StepLoop } from './step-loop.ts';

const models = new Map<string, Promise<Denoiser>>();
/** Those of them that have loaded. */
const loaded = new Set<Denoiser>();
const loop = new StepLoop((error) => tell({ type: 'crashed', error: toErrorData(error, 'worker-crashed') }));

self.onmessage = ({ data }: MessageEvent<MainToWorker>) => {
  loop.mailHandled = (loop.mailHandled + 1) | 0;
  loop.pending += 1;
  handle(data)
    .catch((error) =>
      tell({
        type: 'failed',
        requestId: data.requestId,
        error: toErrorData(error, data.type === 'load-model' ? 'model-load' : 'unsupported'),
      }),
    )
    .finally(() => {
      loop.pending -= 1;
    });
};
self.addEventListener('securitypolicyviolation', (event) => {
  const { effectiveDirective, blockedURI, disposition } = event as SecurityPolicyViolationEvent;
  if (disposition === 'enforce')
    tell({ type: 'refused', refusal: { directive: effectiveDirective, what: blockedURI } });
});
tell({ type: 'booted' });

async function handle(message: MainToWorker): Promise<void> {
  const { requestId } = message;
  switch (message.type) {
    case 'load-model': {
      const { manifest } = await load(message.modelUrl, message.wasmUrl);
      tell({
        type: 'model-ready',
        requestId,
        kind: manifest.framing.kind,
        modelRateHz: manifest.sampleRateHz,
        advanceSamples: advanceSamples(manifest.framing),
        computingShare: computingShare(manifest),
      });
      return;
    }
    case 'open': {
      const { engineDelaySamples } = await open(message);
      tell({ type: 'opened', requestId, nodeId: message.nodeId, engineDelaySamples });
      return;
    }
    case 'measure': {
      const denoiser = await loadedBefore(message.modelUrl);
      const isServing = loop.nodes.length > 0;
      const stepMs = isServing ? loop.stepMs : measureStep(denoiser);
      tell({ type: 'measured', requestId, stepMs, load: isServing ? loop.load : 0 });
      return;
    }
    case 'close':
      loop.remove(message.nodeId);
      return;
    case 'census':
      tellCensus(requestId);
      return;
    default:
      message satisfies never;
      throw new TypeError(`The worker got a message that this version does not know: ${quoted(message)}`);
  }
}

/** Loads a model once; one that failed may be tried again. */
function load(modelUrl: string, wasmUrl: string): Promise<Denoiser> {
  const known = models.get(modelUrl);
  if (known !== undefined) return known;
  const loading = Denoiser.load({ modelUrl, wasmUrl });
  models.set(modelUrl, loading);
  loading.then(
    (denoiser) => loaded.add(denoiser),
    () => models.delete(modelUrl),
  );
  return loading;
}

async function loadedBefore(modelUrl: string): Promise<Denoiser> {
  const denoiser = await models.get(modelUrl);
  if (denoiser === undefined) throw new Error(`Expected the model ${quoted(modelUrl)} to be loaded before.`);
  return denoiser;
}

async function open(request: Extract<MainToWorker, { type: 'open' }>): Promise<ServedNode> {
  const denoiser = await loadedBefore(request.modelUrl);
  const [end, bell] = connect(request.pipe);
  const node = new ServedNode(request, denoiser, end);
  loop.add(node, bell);
  return node;
}

/** This thread's end of a pipe, and the bell that wakes it. */
function connect(pipe: PipeEndData): [PipeEnd, Int32Array | undefined] {
  if (pipe.mode === 'message') return [new MessageWorkerEnd(pipe, () => loop.wake()), undefined];
  return [new SharedWorkerEnd(pipe.memory), new Int32Array(pipe.memory.bell)];
}

function tellCensus(requestId: number): void {
  // What TensorFlow.js holds is counted for the whole thread, whichever model is asked.
  const memory = Array.from(loaded, (denoiser) => denoiser.memory());
  tell({
    type: 'census',
    requestId,
    tensors: Math.max(0, ...memory.map(({ tensors }) => tensors)),
    tensorBytes: Math.max(0, ...memory.map(({ bytes }) => bytes)),
    nodes: loop.nodes.length,
    streams: loop.nodes.reduce((sum, { streams }) => sum + streams, 0),
  });
}

function tell(message: WorkerToMain): void {
  self.postMessage(message);
}
