/** How many are remembered. */
const MOST = 1024;

/** The latest of many values, for their quantiles. */
export class RecentValues {
  readonly #values = new Float64Array(MOST);
  #count = 0;

  add(value: number): void {
    this.#values[this.#count % MOST] = value;
    this.#count += 1;
  }

  get values(): Float64Array {
    return this.#values.subarray(0, Math.min(this.#count, MOST));
  }
}

/** Half, 95 and 99 of 100 values are at most these; 0 where there are none. */
export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export function quantilesOf(all: readonly RecentValues[]): Quantiles {
  const sorted = Float64Array.from(all.flatMap(({ values }) => [...values])).sort();
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
