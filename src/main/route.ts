/**
 * In: a context, the worklet that is coming, the URLs of model and worker.
 * Out: a route: worklet and worker introduced to each other, with a proof that they meet.
 * Thread: [main]
 */

import { DenoiseError } from '../shared/errors.ts';
import {
  advanceWaitSamples,
  mostPrefillSamples,
  prefillSamples,
  realtimePrefillSamples,
  totalLatencySamples,
} from '../shared/latency.ts';
import type { PipeMode } from '../shared/protocol.ts';
import type { Samples, Seconds } from '../shared/units.ts';
import type { AssetUrls } from './assets.ts';
import { isOfflineContext } from './audio-family.ts';
import { createPipe, type Pipe, ringSamplesFor } from './create-pipe.ts';
import { canPace, joinPacer, paceSamples } from './offline-pacer.ts';
import type { ResolvedOptions } from './options.ts';
import { proveRoute, type RouteProof } from './route-proof.ts';
import { leaseWorker } from './worker-pool.ts';
import type { WorkletClient } from './worklet-client.ts';

/**
 * Steps by which an offline rendering may run ahead of the worker, so that both compute at the same time instead of in
 * turn. The sound is the same, later by as much. None for block models, whose steps are seconds long.
 */
const OFFLINE_STEPS_AHEAD = 1;

let lastNodeId = 0;

/** A node's connection to a worker. Closed exactly once; never used again after that. */
export interface Route {
  /** A number that no other route of this page has. */
  readonly nodeId: number;
  readonly pipe: Pipe;
  /** Total latency at the start; the worklet may raise it. */
  readonly latencySamples: Samples;
  /** Time of sound in one step of the model. */
  readonly stepSeconds: Seconds;
  readonly proof: RouteProof;
  /** Calls back once if the worker dies. */
  readonly onDeath: (mourner: (error: DenoiseError) => void) => void;
  /** Ends the worker: it was found to be dead. All its routes hear of it. */
  readonly declareDead: (why: string) => void;
  /** Lets go of the worker. */
  readonly close: () => void;
}

export interface RouteRequest {
  readonly context: BaseAudioContext;
  readonly options: ResolvedOptions;
  readonly assets: AssetUrls;
  readonly mode: PipeMode;
  /** The worklet node, whose module may still be loading. */
  readonly worklet: Promise<WorkletClient>;
  /** Called when all is loaded, right before the worklet goes over to this route. What it throws ends the opening. */
  readonly beforeAttach: () => void;
}

/** Opens a route. Rejects with a DenoiseError, having let go of everything. [main] */
export async function openRoute({
  context,
  options,
  assets,
  mode,
  worklet,
  beforeAttach,
}: RouteRequest): Promise<Route> {
  const offline = isOfflineContext(context);
  if (offline && mode === 'message' && !canPace(context)) {
    throw new DenoiseError(
      'offline-not-ready',
      'This OfflineAudioContext cannot wait for the model: without shared memory it needs suspend(), which it lacks. Make the page cross-origin isolated, or render in realtime.',
    );
  }
  const { client, release } = leaseWorker(mode, assets.worker, assets.wasm, assets.model);
  lastNodeId += 1;
  const nodeId = lastNodeId;
  const undo: (() => void)[] = [];
  const close = (): void => {
    for (const step of undo.splice(0)) step();
    client.close(nodeId).then(release, release);
  };
  try {
    const [model, workletClient] = await Promise.all([client.loadModel(assets.model, assets.wasm), worklet]);
    const advanceWait = advanceWaitSamples(model.advanceSamples, model.modelRateHz, context.sampleRate);
    const prefill = prefillFor(context, options, mode, advanceWait, model.computingShare);
    const maxPrefill = offline
      ? prefill
      : mostPrefillSamples(prefill, advanceWait, model.computingShare, context.sampleRate);
    const pipe = createPipe(
      mode,
      client.bell,
      options.maxChannels,
      ringSamplesFor(advanceWait, maxPrefill, context.sampleRate),
    );
    const opened = await client.open({
      type: 'open',
      nodeId,
      modelUrl: assets.model,
      contextRateHz: context.sampleRate,
      offline,
      pipe: pipe.workerEnd,
    });
    const parts = {
      engineDelaySamples: opened.engineDelaySamples,
      advanceWaitSamples: opened.advanceWaitSamples,
      prefillSamples: prefill,
    };
    const { workletEnd } = pipe;
    beforeAttach();
    workletClient.post(
      { type: 'attach', nodeId, pipe: workletEnd, offline, maxPrefillSamples: maxPrefill, ...parts },
      workletEnd.mode === 'message' ? [workletEnd.port] : [],
    );
    if (offline && mode === 'message') {
      const settle = (): Promise<void> => workletClient.settle(advanceWait / context.sampleRate);
      await settle(); // The worklet has read its post: rendering may begin.
      undo.push(joinPacer(context, settle));
    }
    const proof = await proveRoute(pipe, context);
    if (client.death !== undefined) throw client.death;
    return {
      nodeId,
      pipe,
      latencySamples: totalLatencySamples(parts),
      stepSeconds: advanceWait / context.sampleRate,
      proof,
      onDeath: (mourner) => undo.push(client.onDeath(mourner)),
      declareDead: (why) => client.declareDead(why),
      close,
    };
  } catch (cause) {
    close();
    if (cause instanceof DenoiseError) throw cause;
    throw new DenoiseError(
      'unsupported',
      `The browser refused to connect the audio worklet and the worker: ${String(cause)}`,
      { cause },
    );
  }
}

/** How late the worker may be. Offline the worklet waits for it, or rendering is paused until the next pause has it. */
function prefillFor(
  context: BaseAudioContext,
  options: ResolvedOptions,
  mode: PipeMode,
  advanceWait: Samples,
  computingShare: number,
): Samples {
  if (!isOfflineContext(context)) {
    return realtimePrefillSamples(
      prefillSamples(options.prefillSeconds, context.sampleRate),
      advanceWait,
      computingShare,
      options.maxChannels,
    );
  }
  if (mode === 'message') return paceSamples(context);
  return computingShare > 0 ? 0 : OFFLINE_STEPS_AHEAD * advanceWait;
}
