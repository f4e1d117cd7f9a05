/**
 * DenoiseNode for pages that use standardized-audio-context (Tone.js is one). The class of this entry takes contexts of
 * that library and of the browser; the core entry takes the latter only and does not import the library.
 */
import {
  AudioWorkletNode,
  addAudioWorkletModule,
  ConstantSourceNode,
  DelayNode,
  GainNode,
  type IAudioNode,
  type IAudioParam,
  type IGainNode,
  isAnyAudioContext,
  isAnyOfflineAudioContext,
  type TContext,
} from 'standardized-audio-context';
import { type AudioFamily, isNativeContext, looksLikeContext, nameOf } from './main/audio-family.ts';
import {
  defineDenoiseNode,
  type DenoiseNodeConstructor as NativeConstructor,
  DenoiseNode as NativeDenoiseNode,
} from './main/denoise-node.ts';
import type { DenoiseOptions } from './main/options.ts';
import type { ParameterName } from './shared/parameters.ts';

export * from './index.ts';
export { NativeDenoiseNode };

type GainNodeOfBrowser = InstanceType<typeof globalThis.GainNode>;

/** Members whose types belong to a family. */
type Familiar = ParameterName | 'noisy';
type Shared = Exclude<keyof NativeDenoiseNode, keyof GainNodeOfBrowser | Familiar>;
type Listening = Pick<NativeDenoiseNode, 'addEventListener' | 'removeEventListener'>;

/** A DenoiseNode among the nodes of standardized-audio-context; see the native one for every member. */
export interface StandardizedDenoiseNode<T extends TContext = TContext>
  extends Omit<IGainNode<T>, 'addEventListener' | 'removeEventListener'>,
    Pick<NativeDenoiseNode, Shared>,
    Readonly<Record<ParameterName, IAudioParam>>,
    Listening {
  readonly noisy: IAudioNode<T>;
}

/** What can be asked without a node. */
type Asked = Pick<NativeConstructor, 'isSupported' | 'diagnose' | 'census'>;

interface StandardizedConstructor extends Asked {
  new <T extends TContext>(context: T | BaseAudioContext, options?: DenoiseOptions): StandardizedDenoiseNode<T>;
}

/** A context of Tone.js, which holds the one that its nodes are made in. */
export interface ContextHolder {
  readonly rawContext: BaseAudioContext;
}

/**
 * Gives a node of the family that its context belongs to. To extend the class, extend {@link StandardizedDenoiseNode}
 * or the native one.
 */
export interface DenoiseNodeConstructor extends Asked {
  new (context: BaseAudioContext, options?: DenoiseOptions): NativeDenoiseNode;
  /** For `Tone.getContext()`; `Tone.connect()` takes the node at both ends. */
  new (context: ContextHolder, options?: DenoiseOptions): NativeDenoiseNode;
  new <T extends TContext>(context: T, options?: DenoiseOptions): StandardizedDenoiseNode<T>;
}

/** The library's classes behave as the native ones do, but have types of their own. */
const standardizedFamily = {
  GainNode,
  DelayNode,
  ConstantSourceNode,
  AudioWorkletNode,
  addModule: addAudioWorkletModule,
  requireContext: (context: unknown): void => {
    if (!isNativeContext(context) && (isAnyAudioContext(context) || isAnyOfflineAudioContext(context))) return;
    const wanted = 'DenoiseNode: expected an AudioContext or OfflineAudioContext of standardized-audio-context, got';
    // Its classes know their own objects alone.
    throw new TypeError(
      looksLikeContext(context)
        ? `${wanted} one of another copy of the library, or of another library. Let the bundler take a single copy ` +
            'of standardized-audio-context (`npm ls standardized-audio-context` shows them).'
        : `${wanted} ${nameOf(context)}.`,
    );
  },
} as unknown as AudioFamily;

/** The class over the library's nodes alone. */
export const StandardizedDenoiseNode = defineDenoiseNode(standardizedFamily) as unknown as StandardizedConstructor;

/** A node of either kind. */
export type DenoiseNode = NativeDenoiseNode | StandardizedDenoiseNode;

/** A DenoiseNode for a context of either kind. */
export const DenoiseNode = class {
  static readonly isSupported = NativeDenoiseNode.isSupported;
  static readonly diagnose = NativeDenoiseNode.diagnose;
  static readonly census = NativeDenoiseNode.census;

  constructor(given: BaseAudioContext | ContextHolder, options?: DenoiseOptions) {
    const context = given instanceof Object && 'rawContext' in given ? given.rawContext : given;
    // biome-ignore lint/correctness/noConstructorReturn: the context decides which of the two classes it is.
    return isNativeContext(context)
      ? new NativeDenoiseNode(context, options)
      : new StandardizedDenoiseNode(context, options);
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof NativeDenoiseNode || value instanceof StandardizedDenoiseNode;
  }
} as unknown as DenoiseNodeConstructor;
