import { clampTo, PARAMETERS, type ParameterName } from '../shared/parameters.ts';

/**
 * Lets a parameter report what its row in the table says. It has to be automatable before the worklet has come and to
 * outlive every worklet, so it is the offset of a constant source, which by itself reports ±3.4e38 and a default of 1:
 * automation editors draw their scales from these. `value` is clamped to the range, as the browser clamps the values of
 * its own nodes; what is scheduled beyond is clamped where it is used.
 *
 * The browser may forget properties of an AudioParam that nobody holds, so the caller has to hold it. [main]
 */
export function giveRange(parameter: AudioParam, name: ParameterName): AudioParam {
  const { range, default: initial } = PARAMETERS[name];
  const value = accessorOf(parameter, 'value');
  const constant = (is: number): PropertyDescriptor => ({ get: () => is, enumerable: true, configurable: true });
  return Object.defineProperties(parameter, {
    minValue: constant(range[0]),
    maxValue: constant(range[1]),
    defaultValue: constant(Number(initial)),
    value: {
      get: () => clampTo(range, value.get?.call(parameter)),
      set: (given: unknown) => {
        const number = Number(given);
        // What is no finite number goes on, for the browser to refuse it in its own words.
        value.set?.call(parameter, Number.isFinite(number) ? clampTo(range, number) : given);
      },
      enumerable: true,
      configurable: true,
    },
  });
}

/** How a property is read and written: of the browser's prototype, or of the object in standardized-audio-context. */
function accessorOf(object: object, name: string): PropertyDescriptor {
  for (let owner: object | null = object; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const found = Object.getOwnPropertyDescriptor(owner, name);
    if (found !== undefined) return found;
  }
  throw new TypeError(`Expected an AudioParam, got an object without "${name}".`);
}
