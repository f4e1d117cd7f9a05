/**
 * A seeded source of random phases 2π·u. The generator u = x/2³², x ← 1664525·x + 1013904223 modulo 2³² (Numerical
 * Recipes, section 7.1) is poor for statistics, ample for phases, and the same in any language.
 */
export function makePhaseSource(seed: number): () => number {
  let x = seed >>> 0;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return (2 * Math.PI * x) / 2 ** 32;
  };
}
