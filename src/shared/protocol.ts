/**
 * Every message that crosses a thread, one union per direction. Samples cross in rings and settings in the control
 * block; what is here is lifecycle.
 *
 *   main ──MainToWorker──▶ worker        main ──MainToWorklet──▶ worklet
 *   main ◀──WorkerToMain── worker        main ◀──WorkletToMain── worklet
 *   worklet ◀──audio port (message mode only): WorkletToWorker / WorkerToWorklet──▶ worker
 */
import type { ErrorData } from './errors.ts';
import type { Hertz, Milliseconds, Samples, Seconds } from './units.ts';

/**
 * Name under which the processor is registered; it changes with the protocol, so that two versions can live in one
 * context.
 */
export const PROCESSOR_NAME = 'denoise-processor-1';

/** What a processor gets at birth, as `processorOptions`. */
export interface ProcessorOptions {
  /** Delay of the dry signal until 'attach' brings the exact one: what the page expects the total latency to be. */
  readonly delaySamples: Samples;
  /**
   * Samples after its birth in which the page lets nobody hear it, while its dry line fills; infinite where nothing
   * came before.
   */
  readonly unheardSamples: Samples;
  /** Most channels it will ever carry. */
  readonly maxChannels: number;
}

/**
 * What a model takes: a hop at a time with a memory, or a whole block at a time without one. `framing.kind` of its
 * manifest.
 */
export type ModelKind = 'streaming' | 'block';

/** How noisy and enhanced samples travel. */
export type PipeMode = 'shared' | 'message';

/** Memory that worklet and worker share about one node. */
export interface SharedPipeMemory {
  /** CONTROL_WORDS Int32 words. */
  readonly control: SharedArrayBuffer;
  /** `channels` planes of `ringSamples` float32 each. `ringSamples` is a power of two. */
  readonly noisy: SharedArrayBuffer;
  readonly enhanced: SharedArrayBuffer;
  /** The worker's doorbell, the same for all nodes. */
  readonly bell: SharedArrayBuffer;
  readonly channels: number;
  readonly ringSamples: Samples;
}

/** One end of a pipe as plain data, to be handed to a thread; see pipe-end.ts for what is made of it. */
export type PipeEndData =
  | { readonly mode: 'shared'; readonly memory: SharedPipeMemory }
  | { readonly mode: 'message'; readonly port: MessagePort; readonly channels: number; readonly ringSamples: Samples };

/** What a content security policy has refused. */
export interface Refusal {
  /** The directive that it broke, such as `worker-src`. */
  readonly directive: string;
  /** What was refused: a URL, or a word of the policy's such as `wasm-eval`. */
  readonly what: string;
}

export type MainToWorker =
  /**
   * Load a model, once for each URL; answered by 'model-ready' or 'failed'. The wasm folder counts at the first load
   * only. A load that nobody waits for ends with its worker (worker-pool.ts).
   */
  | { readonly type: 'load-model'; readonly requestId: number; readonly modelUrl: string; readonly wasmUrl: string }
  /** Begin to serve a node with a model that is loaded; answered by 'opened' or 'failed'. */
  | {
      readonly type: 'open';
      readonly requestId: number;
      readonly nodeId: number;
      readonly modelUrl: string;
      readonly contextRateHz: Hertz;
      readonly offline: boolean;
      readonly pipe: PipeEndData;
    }
  /**
   * How long a step of a model takes that is loaded; answered by 'measured' or 'failed'. Where nodes are served it
   * holds none of them up: their own steps tell.
   */
  | { readonly type: 'measure'; readonly requestId: number; readonly modelUrl: string }
  /** Stop serving a node and free its streams; not answered. */
  | { readonly type: 'close'; readonly requestId: number; readonly nodeId: number }
  /** How much memory is held, of what is loaded by now; answered by 'census'. For leak tests and the bench. */
  | { readonly type: 'census'; readonly requestId: number };

export type WorkerToMain =
  /** The worker's script has run; sent once, first. */
  | { readonly type: 'booted' }
  | {
      readonly type: 'model-ready';
      readonly requestId: number;
      /** From the manifest, as all that follows. */
      readonly kind: ModelKind;
      readonly modelRateHz: Hertz;
      /** New samples that one step takes, at the model's rate: a hop, or a block without its overlap. */
      readonly advanceSamples: Samples;
      /** Share of the time between two steps that computing one may take, with two channels; see manifest.ts. */
      readonly computingShare: number;
    }
  | {
      readonly type: 'opened';
      readonly requestId: number;
      readonly nodeId: number;
      /** Delay inside the engine, its resamplers included, at the context's rate. */
      readonly engineDelaySamples: Samples;
    }
  | {
      readonly type: 'measured';
      readonly requestId: number;
      /** Time of one step of one stream; 0 where nodes are served that have made none yet. */
      readonly stepMs: Milliseconds;
      /** Share of real time that the nodes which are served take; 0 where there are none. */
      readonly load: number;
    }
  | {
      readonly type: 'census';
      readonly requestId: number;
      readonly tensors: number;
      readonly tensorBytes: number;
      readonly nodes: number;
      readonly streams: number;
    }
  /** The content policy of the worker has refused something; sent for each refusal. */
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** The answer to a request that could not be met. */
  | { readonly type: 'failed'; readonly requestId: number; readonly error: ErrorData }
  /** The loop itself threw: the worker is useless from now on, and will be replaced. */
  | { readonly type: 'crashed'; readonly error: ErrorData };

export type MainToWorklet =
  /** Start with (or go over to) this pipe: enhanced sound is faded in as soon as it comes. */
  | {
      readonly type: 'attach';
      /** The number under which the worker knows this route. */
      readonly nodeId: number;
      readonly pipe: PipeEndData;
      readonly offline: boolean;
      readonly engineDelaySamples: Samples;
      readonly advanceWaitSamples: Samples;
      /** Prefill to begin with, the least that it may be given back to, and the most that it may be raised to. */
      readonly prefillSamples: Samples;
      readonly minPrefillSamples: Samples;
      readonly maxPrefillSamples: Samples;
    }
  /** Fade to the delayed dry signal and let go of the pipe; answered by 'detached'. */
  | { readonly type: 'detach' }
  /** Forget the past: streams start anew. */
  | { readonly type: 'reset' }
  /** Tell by 'voice' when somebody begins and ends to speak, from now on; asked for once. */
  | { readonly type: 'tell-voice'; readonly holdMs: Milliseconds }
  /** Fade to the delayed dry signal and stay there, or come back from it. The worker goes on with its work. */
  | { readonly type: 'hold-dry'; readonly on: boolean }
  /**
   * Offline without shared memory, while rendering is suspended: hand over what was pushed, and answer 'settled' as
   * soon as every step that it is enough for has come back enhanced.
   */
  | { readonly type: 'settle' }
  /** Let go of everything; process() returns false from now on. Answered by 'ended', where quanta are rendered. */
  | { readonly type: 'dispose' };

export type WorkletToMain =
  /** The processor exists. Sent once, first. */
  | { readonly type: 'created' }
  /**
   * A copy of the control words, four times a second, in message mode only (in shared mode the page reads them itself).
   */
  | { readonly type: 'words'; readonly nodeId: number; readonly words: Int32Array }
  /** Answers 'detach': the delay that the dry signal keeps, which the page may have heard of no more. */
  | { readonly type: 'detached'; readonly delaySamples: Samples }
  /** Somebody has begun, or ended, to speak at a time of the context; sent after 'tell-voice' only. */
  | { readonly type: 'voice'; readonly speaks: boolean; readonly time: Seconds }
  /** Answers 'settle': the worker's answer is in, rendering may go on (see offline-pacer.ts). */
  | { readonly type: 'settled' }
  /** The processor has returned false, and will not be called again. Sent once, last. */
  | { readonly type: 'ended' };

/** Message mode: noisy samples, planar, and the worklet's own control words. Buffers are transferred. */
export type WorkletToWorker = {
  readonly type: 'noisy';
  /** `channels` planes of `length` samples, one after the other. */
  readonly samples: Float32Array;
  readonly channels: number;
  readonly length: Samples;
  readonly words: Int32Array;
};

/** Message mode: enhanced samples, planar, and the worker's own control words. Buffers are transferred. */
export type WorkerToWorklet = {
  readonly type: 'enhanced';
  readonly samples: Float32Array;
  readonly channels: number;
  readonly length: Samples;
  readonly words: Int32Array;
};
