import { PARAMETER_NAMES, PARAMETERS, type ParameterName } from '../../shared/parameters.ts';
import { quoted } from '../../shared/quoted.ts';
import {
  readParameterData,
  restOf,
  toShare,
  type WamParameterData,
  type WamValues,
} from '../../shared/wam-messages.ts';

/** Everything that schedules something on an AudioParam. Cancelling is harmless: there is nothing. */
const SCHEDULING = [
  'setValueAtTime',
  'linearRampToValueAtTime',
  'exponentialRampToValueAtTime',
  'setTargetAtTime',
  'setValueCurveAtTime',
] as const;

/**
 * The values of a module's parameters, as the page knows them: those that were set, and those of events as their times
 * come. [main]
 */
export class ModuleParameters {
  readonly #values: Record<ParameterName, number>;

  constructor(values: WamValues) {
    this.#values = { ...values };
  }

  get values(): WamValues {
    return { ...this.#values };
  }

  get(name: ParameterName): number {
    return this.#values[name];
  }

  take(values: Partial<WamValues>): void {
    Object.assign(this.#values, values);
  }

  /** Of all parameters where none is named, in the form of the API. */
  read(normalized: boolean, names: readonly ParameterName[]): Record<string, WamParameterData> {
    const asked = (id: ParameterName): number =>
      normalized ? toShare(PARAMETERS[id].range, this.#values[id]) : this.#values[id];
    return Object.fromEntries(names.map((id) => [id, { id, value: asked(id), normalized }]));
  }
}

/** Names that a host asks for, or all. RangeError for one that is no parameter. */
export function requireNames(ids: readonly string[]): readonly ParameterName[] {
  for (const id of ids)
    if (!PARAMETER_NAMES.includes(id as ParameterName))
      throw new RangeError(`Denoise module: expected a parameter (${PARAMETER_NAMES.join(', ')}), got ${quoted(id)}.`);
  return ids.length > 0 ? (ids as readonly ParameterName[]) : PARAMETER_NAMES;
}

/** Values that a host sets, in their own units and ranges. RangeError or TypeError for what is none. */
export function requireValues(data: unknown): Partial<WamValues> {
  if (typeof data !== 'object' || data === null)
    throw new TypeError(`Denoise module: expected values by parameter, got ${quoted(data)}.`);
  return Object.fromEntries(
    Object.entries(data).map(([key, one]) => {
      requireNames([one?.id ?? key]);
      const read = readParameterData({ id: key, ...one });
      if (read !== undefined) return read;
      throw new TypeError(
        `Denoise module: expected { id: "${key}", value: a number, normalized: true or false }, got ${quoted(one)}.`,
      );
    }),
  );
}

/**
 * Makes an AudioParam show and set the module's parameter. Its own value rests: the processor's signal is added to it,
 * and events move that. So nothing can be scheduled on it. The caller has to hold it, as with `giveRange`.
 */
export function followModule(
  parameter: AudioParam,
  name: ParameterName,
  parameters: ModuleParameters,
  set: (value: number) => void,
): void {
  parameter.value = restOf(name);
  Object.defineProperty(parameter, 'value', {
    get: () => parameters.get(name),
    set: (given: unknown) => {
      const value = Number(given);
      if (!Number.isFinite(value)) throw new TypeError(`${name}: expected a finite number, got ${quoted(given)}.`);
      set(value);
    },
    enumerable: true,
    configurable: true,
  });
  for (const method of SCHEDULING)
    Object.defineProperty(parameter, method, {
      value: () => {
        throw new DOMException(
          `${name}.${method}(): this node is a Web Audio Module, which is automated by events: ` +
            `scheduleEvents({ type: 'wam-automation', time, data: { id: '${name}', value, normalized: false } }).`,
          'InvalidStateError',
        );
      },
      configurable: true,
    });
}
