import type { DenoiseEventMap, DenoiseNode, DenoiseOptions } from '../../index.ts';
import type { WamEvent, WamParameterData } from '../../shared/wam-messages.ts';
import type { WamDescriptor } from './descriptor.ts';
import type { DenoiseModuleState } from './module-state.ts';
import type { WamParameterInfo } from './parameter-info.ts';

/** A denoiser as a Web Audio Module 2: `WebAudioModule` in the API of that standard. */
export interface DenoiseModule {
  readonly isWebAudioModule: true;
  readonly audioContext: BaseAudioContext;
  /** There once `initialized`; an InvalidStateError before. */
  readonly audioNode: DenoiseModuleNode;
  readonly initialized: boolean;
  readonly groupId: string;
  /** Identifier and version; the descriptor's `identifier` is the same in all versions. */
  readonly moduleId: string;
  /** Of this module alone. */
  readonly instanceId: string;
  /** What `descriptor.json` says. */
  readonly descriptor: WamDescriptor;
  readonly name: string;
  readonly vendor: string;
  /** For hosts that make nodes by themselves; {@link initialize} calls it. */
  createAudioNode(state?: unknown): Promise<DenoiseModuleNode>;
  /**
   * Makes the node, in a state that `getState()` gave, and resolves when its model has come: its delay is exact then.
   * Where the model does not come, a realtime module passes the dry sound, and its panel tells; one in an
   * OfflineAudioContext rejects. Rejects with an InvalidStateError where the host has not prepared the context, and
   * with a TypeError for what is no state.
   */
  initialize(state?: unknown): Promise<DenoiseModule>;
  /** A new `<denoise-panel>` each time. Any number of them may show the module. */
  createGui(): Promise<HTMLElement>;
  /** Takes a panel out of the page, and lets go of it. */
  destroyGui(gui: Element): void;
}

/** What is not part of a module's state: where it is loaded, and how patient it is. */
export type DenoiseModuleOptions = Pick<DenoiseOptions, 'assets' | 'latencyHint' | 'maxChannels' | 'transport'>;

/** The class, as hosts take it. */
export interface DenoiseModuleConstructor {
  readonly isWebAudioModuleConstructor: true;
  readonly prototype: DenoiseModule;
  /** Options of the node of every module that is made from now on. Default: none. */
  options: DenoiseModuleOptions;
  /** Needs {@link DenoiseModule.initialize}; {@link createInstance} does both. */
  new (groupId: string, audioContext: BaseAudioContext): DenoiseModule;
  /**
   * @param groupId of `initializeWamHost(audioContext)`
   * @param state what `audioNode.getState()` gave, or nothing
   */
  createInstance(groupId: string, audioContext: BaseAudioContext, state?: unknown): Promise<DenoiseModule>;
}

/**
 * The AudioNode of a {@link DenoiseModule}: a DenoiseNode that hosts of Web Audio Modules can automate (`WamNode` in
 * their API). Its AudioParams show and set the module's parameters by `value`; to schedule, use events. It fires the
 * event `wam-automation` when one was carried out and when its panel has set something, with that as `detail`.
 */
export interface DenoiseModuleNode extends DenoiseNode {
  readonly module: DenoiseModule;
  readonly groupId: string;
  readonly moduleId: string;
  readonly instanceId: string;
  /** Ranges, defaults and texts of the parameters that are named, or of all. RangeError for an unknown name. */
  getParameterInfo(...ids: string[]): Promise<Record<string, WamParameterInfo>>;
  /**
   * Values as they are now, of the parameters that are named, or of all; from 0 to 1 where `normalized` is true. Events
   * that were scheduled before have reached the audio thread when it resolves: await it before `startRendering()`.
   */
  getParameterValues(normalized?: boolean, ...ids: string[]): Promise<Record<string, WamParameterData>>;
  /** Sets parameters at once; values beyond are clamped. Resolves when the audio thread has them. */
  setParameterValues(values: Record<string, WamParameterData>): Promise<void>;
  /** The model and all parameters, as plain data. */
  getState(): Promise<DenoiseModuleState>;
  /**
   * Takes a state over; what it leaves out stays. Resolves when the model has come, too, or when another state has
   * overtaken this one. Rejects with a TypeError for what is no state, and with a DenoiseError where its model could
   * not be loaded: the parameters are those of the state then, and the model is the one before.
   */
  setState(state: unknown): Promise<void>;
  /** The delay from input to output, in samples; it follows `latency`, whose changes `latencychange` tells. */
  getCompensationDelay(): Promise<number>;
  /**
   * Carries out events at their times, to the sample; at once where there is no `time`, or it has passed. Those of type
   * `wam-automation` set a parameter, others do nothing. TypeError or RangeError for what is no event.
   */
  scheduleEvents(...events: WamEvent[]): void;
  /** Forgets the events that wait. */
  clearEvents(): Promise<void>;
  /** Connects events to another module of the group. This one has no events to give. */
  connectEvents(toId: string, output?: number): void;
  /** Without an id from every module. */
  disconnectEvents(toId?: string, output?: number): void;
  /** Leaves the group and ends the node, as `dispose()` does. Idempotent. Resolves when the audio thread has let go. */
  destroy(): Promise<void>;
  addEventListener<K extends keyof DenoiseEventMap>(
    type: K,
    listener: (this: DenoiseNode, event: DenoiseEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: (event: CustomEvent) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof DenoiseEventMap>(
    type: K,
    listener: (this: DenoiseNode, event: DenoiseEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: (event: CustomEvent) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}
