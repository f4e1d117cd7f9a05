/**
 * In:     a context, the worklet that is coming, the URLs of model and worker
 * Out:    a route: worklet and worker introduced to each other, with a proof that they meet
 * Thread: [main]
 */
import { DenoiseError } from '../shared/errors.ts';
import {
  advanceWaitSamples,
  burstPrefillSeconds,
  type ModelTiming,
  mostPrefillSamples,
  offlinePrefillSamples,
  realtimePrefillSamples,
  ringDelaySamples,
  totalLatencySamples,
} from '../shared/latency.ts';
import type { PipeMode } from '../shared/protocol.ts';
import type { Samples, Seconds } from '../shared/units.ts';
import { unlessAborted } from '../shared/waiting/unless-aborted.ts';
import type { AssetUrls } from './assets.ts';
import { isOfflineContext } from './audio-family.ts';
import { TooSlow } from './auto/require-room.ts';
import { createPipe, type Pipe, ringSamplesFor } from './create-pipe.ts';
import { canPace, joinPacer, paceSamples } from './offline-pacer.ts';
import type { ResolvedOptions } from './options.ts';
import { proveRoute, type RouteProof } from './route-proof.ts';
import type { WorkerClient } from './worker-client.ts';
import { leaseWorker } from './worker-pool.ts';
import type { WorkletClient } from './worklet-client.ts';

/** A node's connection to a worker. Closed exactly once; never used again after that. */
export interface Route {
  /** A number that no other route of this page has. */
  readonly nodeId: number;
  readonly pipe: Pipe;
  /** Total latency at the start; the worklet may raise it. */
  readonly latencySamples: Samples;
  /** Most that the prefill may be raised to. */
  readonly maxPrefillSamples: Samples;
  /** Time of sound in one step of the model. */
  readonly stepSeconds: Seconds;
  readonly proof: RouteProof;
  /** Calls back once if the worker dies. */
  readonly onDeath: (listener: (error: DenoiseError) => void) => void;
  /** Ends a worker that was found to be dead. All its routes hear of it. */
  readonly declareDead: (why: string) => void;
  /** Lets go of the worker. */
  readonly close: () => void;
}

export interface RouteRequest {
  readonly context: BaseAudioContext;
  readonly options: ResolvedOptions;
  readonly assets: AssetUrls;
  readonly mode: PipeMode;
  /** Bursts in which the device was seen to ask for sound; 0: none. Those that the context tells of count anyway. */
  readonly burstSeconds: Seconds;
  /** The worklet, whose module may still be loading. */
  readonly worklet: Promise<WorkletClient>;
  /** Aborts what is being loaded. Counts until {@link beforeAttach} has been called. */
  readonly signal: AbortSignal;
  /** Called when the model has loaded; rejects where it is not to be used. */
  readonly accept: ((worker: WorkerClient, modelUrl: string, wasmUrl: string) => Promise<void>) | undefined;
  /** Called when all is loaded, right before the worklet goes over to this route. What it throws ends the opening. */
  readonly beforeAttach: () => void;
}

let lastNodeId = 0;

/** Opens a route. Rejects with a DenoiseError, or the signal's reason, having let go of everything. [main] */
export async function openRoute(request: RouteRequest): Promise<Route> {
  const { context, options, assets, mode, signal } = request;
  signal.throwIfAborted();
  const offline = isOfflineContext(context);
  if (offline && mode === 'message' && !canPace(context)) {
    throw new DenoiseError(
      'offline-not-ready',
      'This OfflineAudioContext cannot wait for the model: without shared memory it needs suspend(), which it lacks. ' +
        'Make the page cross-origin isolated, or render in realtime.',
    );
  }
  const { client: worker, release } = leaseWorker(mode, assets.worker, assets.wasm, assets.model);
  lastNodeId += 1;
  const nodeId = lastNodeId;
  const undo: (() => void)[] = [];
  const close = (): void => {
    for (const undoOne of undo.splice(0)) undoOne();
    release();
  };
  try {
    const loading = Promise.all([worker.loadModel(assets.model, assets.wasm), request.worklet]);
    const [model, worklet] = await unlessAborted(loading, signal);
    if (request.accept) await unlessAborted(request.accept(worker, assets.model, assets.wasm), signal);
    const { kind, computingShare } = model;
    const advanceWait = advanceWaitSamples(model.advanceSamples, model.modelRateHz, context.sampleRate);
    const timing = { kind, advanceWaitSamples: advanceWait, computingShare };
    const minPrefill = prefillFor(timing, context, mode, options.maxChannels, options.prefillSeconds);
    const prefill = offline
      ? minPrefill
      : prefillFor(timing, context, mode, options.maxChannels, firstPrefillSeconds(request));
    const maxPrefill = offline ? prefill : mostPrefillSamples(timing, prefill, context.sampleRate);
    const longestRingDelay = ringDelaySamples({ advanceWaitSamples: advanceWait, prefillSamples: maxPrefill });
    const ringSamples = ringSamplesFor(longestRingDelay, context.sampleRate);
    const pipe = createPipe(mode, worker.bell, options.maxChannels, ringSamples);
    const stepSeconds = advanceWait / context.sampleRate;
    undo.push(() => worker.close(nodeId));
    const opening = worker.open(
      {
        type: 'open',
        nodeId,
        modelUrl: assets.model,
        contextRateHz: context.sampleRate,
        offline,
        pipe: pipe.workerEnd,
      },
      stepSeconds,
    );
    const { engineDelaySamples } = await unlessAborted(opening, signal);
    const parts = { engineDelaySamples, advanceWaitSamples: advanceWait, prefillSamples: prefill };
    request.beforeAttach();
    const range = { minPrefillSamples: minPrefill, maxPrefillSamples: maxPrefill };
    worklet.attach({ nodeId, pipe: pipe.workletEnd, offline, ...range, ...parts });
    if (offline && mode === 'message') {
      const settle = (): Promise<void> => worklet.settle(stepSeconds);
      await settle(); // The worklet has handled 'attach': rendering may begin.
      undo.push(joinPacer(context, settle));
    }
    const proof = await proveRoute(pipe, context);
    if (worker.death !== undefined) throw worker.death;
    return {
      nodeId,
      pipe,
      latencySamples: totalLatencySamples(parts),
      maxPrefillSamples: maxPrefill,
      stepSeconds,
      proof,
      onDeath: (listener) => undo.push(worker.onDeath(listener)),
      declareDead: (why) => worker.declareDead(why),
      close,
    };
  } catch (cause) {
    close();
    if (cause instanceof DenoiseError || cause instanceof TooSlow || (signal.aborted && cause === signal.reason))
      throw cause;
    const message = `The browser refused to connect the audio worklet and the worker: ${String(cause)}`;
    throw new DenoiseError('unsupported', message, { cause });
  }
}

/** How late the worker may be at first: as the app asks, or as long as the device's bursts are. */
export function firstPrefillSeconds({
  context,
  options,
  burstSeconds,
}: Pick<RouteRequest, 'context' | 'options' | 'burstSeconds'>): Seconds {
  const { baseLatency } = context as Partial<AudioContext>;
  return Math.max(options.prefillSeconds, burstPrefillSeconds(baseLatency), burstPrefillSeconds(burstSeconds));
}

/** Prefill of a hint. Offline the worklet waits for the worker, or rendering is paused until the next pause has it. */
function prefillFor(
  timing: ModelTiming,
  context: BaseAudioContext,
  mode: PipeMode,
  channels: number,
  hintSeconds: Seconds,
): Samples {
  if (!isOfflineContext(context)) return realtimePrefillSamples(timing, hintSeconds, channels, context.sampleRate);
  return mode === 'message' ? paceSamples(context) : offlinePrefillSamples(timing);
}
