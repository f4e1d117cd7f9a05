/** Values that nobody expects, and trees with such values in them. */
import type { Random } from './random.ts';

/** A value of any kind: what a page that is not typed may pass, and what JSON may say. */
export function oddValue(random: Random): unknown {
  return random.pick<() => unknown>([
    () => null,
    () => random.chance(0.5),
    () => random.pick([0, -0, 1, -1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, -1e300, 1e-300]),
    () => random.pick([16, 480, 512, 1024, 4096, 65_536, 2 ** 20, 2 ** 27, 1e9]),
    () => Math.round(1e6 * (random.next() - 0.5)) / random.pick([1, 10, 1000]),
    () => random.pick(['', '0', 'NaN', '__proto__', 'constructor', '../', '/dev/zero', 'file:///', 'https://', '\0']),
    () => 'x'.repeat(random.length(100_000)),
    () => [],
    () => Array.from({ length: random.length(1000) }, () => random.below(1000)),
    () => ({}),
    () => nested(random.length(2000)),
  ])();
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** A copy of a tree in which one to three things are otherwise. */
export function spoiltTree(tree: unknown, random: Random): unknown {
  const root = { tree: structuredClone(tree) };
  for (let i = random.length(3); i > 0; i--) spoilOne(root, random);
  return root.tree;
}

function spoilOne(root: object, random: Random): void {
  let holder = root as Record<string, unknown>;
  let key = 'tree';
  // Most things of interest are some steps down.
  while (isHolder(holder[key]) && random.chance(0.85)) {
    const next = holder[key] as Record<string, unknown>;
    const keys = Object.keys(next);
    if (keys.length === 0) break;
    holder = next;
    key = random.pick(keys);
  }
  const value = holder[key];
  if (random.chance(0.1)) delete holder[key];
  else if (typeof value === 'number' && random.chance(0.7)) holder[key] = nearby(value, random);
  else if (Array.isArray(value) && random.chance(0.5)) value.splice(random.below(value.length), 1);
  else holder[key] = oddValue(random);
}

function nearby(value: number, random: Random): number {
  const by = random.pick([-1, 1, 0.5, 2, 4, 10, 1000]);
  return Math.abs(by) === 1 ? value + by : value * by;
}

function isHolder(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
