/**
 * What the page and the processor of one Web Audio Module (`worklet/wam-processor.ts`) say to each other, and the
 * events of that standard, which both of them read.
 */
import { clampTo, isParameter, PARAMETERS, type ParameterName } from './parameters.ts';
import type { Seconds } from './units.ts';

/** Written in by the build: the module's identifier with the version of the package. */
declare const WAM_MODULE_ID: string;

/**
 * Name of the processor. A context may hold modules of several versions of this package, and a name can be registered
 * once.
 */
export const MODULE_ID: string = WAM_MODULE_ID;

/** Value of one parameter, in its own unit, or from 0 to 1 over its range. */
export interface WamParameterData {
  id: string;
  value: number;
  normalized: boolean;
}

/** An event of a Web Audio Module, at a time of the context's clock, or as soon as it can be. */
export interface WamEvent {
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type of event has data of its own, as in the standard.
  data: any;
  time?: Seconds;
}

/** Values of parameters, in their own units and ranges. */
export type WamValues = Readonly<Record<ParameterName, number>>;

/** What the page gives a processor when it is made. */
export interface WamProcessorOptions {
  readonly groupId: string;
  readonly instanceId: string;
  readonly values: WamValues;
  /** What the module delays sound by. */
  readonly delaySeconds: Seconds;
}

export type PageToWam =
  /** Events to carry out at their times; each comes back as 'processed'. */
  | { readonly type: 'schedule'; readonly events: readonly WamEvent[] }
  /** Forgets the events that wait. Answered by 'done', as the next one is. */
  | { readonly type: 'clear'; readonly token: number }
  /** Sets parameters at once. */
  | { readonly type: 'set'; readonly values: Partial<WamValues>; readonly token: number }
  /** Events of this module go to another one of the group. */
  | { readonly type: 'connect'; readonly toId: string; readonly output: number }
  /** No longer; without `toId`, to no module at all. */
  | { readonly type: 'disconnect'; readonly toId?: string; readonly output?: number }
  /** What the module delays sound by has changed. */
  | { readonly type: 'delay'; readonly seconds: Seconds }
  /** Leaves the group and ends. */
  | { readonly type: 'destroy' };

export type WamToPage =
  /** The processor is a member of its group. */
  | { readonly type: 'created' }
  /** No host has prepared the context, or not this group: the processor does nothing. */
  | { readonly type: 'refused'; readonly why: 'host' | 'group' }
  /** An event's time has come; of a parameter of ours, the value that it has now. */
  | { readonly type: 'processed'; readonly event: WamEvent; readonly set?: readonly [ParameterName, number] }
  /** A request was carried out. */
  | { readonly type: 'done'; readonly token: number };

/** The parameter and its value that data ask for, in its own unit and range; undefined where they make no sense. */
export function readParameterData(
  data: Partial<WamParameterData> | null,
): readonly [ParameterName, number] | undefined {
  const { id, value, normalized } = data ?? {};
  if (typeof id !== 'string' || !isParameter(id) || typeof value !== 'number' || Number.isNaN(value)) return undefined;
  const { range, unit } = PARAMETERS[id];
  const asked = clampTo(range, normalized ? fromShare(range, value) : value);
  return [id, unit === 'switch' ? Math.round(asked) : asked];
}

/**
 * What an AudioParam has by itself while the processor's signal is added to it: the value of its range that is nearest
 * to 0.
 */
export function restOf(name: ParameterName): number {
  return clampTo(PARAMETERS[name].range, 0);
}

/** The value at a share of a range: 0 is its lower end, 1 its upper one. */
export function fromShare(range: readonly [number, number], share: number): number {
  return range[0] + share * (range[1] - range[0]);
}

/** The share of a range that lies below a value. */
export function toShare(range: readonly [number, number], value: number): number {
  return (value - range[0]) / (range[1] - range[0]);
}
