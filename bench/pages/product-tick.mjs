/** [worker] Our kernel of products and nothing else: what a hop would take if it were only that. */

/** Those of `npm run build`, fastest first. */
const BUILDS = ['relaxed-simd', 'simd'];
/** Shapes of base's layers; all of one lies in the first cache. */
const [ROWS, DEPTH, COLUMNS] = [48, 128, 64];
const TIMES = 12;
/** Multiply-adds of one tick, about those of a hop of base. */
export const PRODUCT_MACS = TIMES * ROWS * DEPTH * COLUMNS;

/** A tick that multiplies, of the fastest build that this engine has. */
export async function productTick() {
  const memory = new WebAssembly.Memory({ initial: 4 });
  let next = 64 * TIMES;
  const place = (floats) => {
    const at = next;
    next += 4 * floats;
    new Float32Array(memory.buffer, at, floats).fill(0.5);
    return at;
  };
  const [panels, bias, out, a] = [DEPTH * COLUMNS, COLUMNS, ROWS * COLUMNS, ROWS * DEPTH].map(place);
  // As kernels/product.ts has it.
  const words = [0, ROWS, COLUMNS, panels, 32 * DEPTH, bias, 0, out, 4 * COLUMNS, a, 4 * DEPTH, 4, DEPTH];
  for (let i = 0; i < TIMES; i++) new Int32Array(memory.buffer, 64 * i, words.length).set(words);
  const { run } = (await instantiated(memory)).exports;
  return () => {
    run(0, TIMES);
    return true;
  };
}

async function instantiated(memory) {
  for (const build of BUILDS) {
    const response = await fetch(`/build/kernels/${build}.wasm`);
    if (!response.ok) throw new Error(`build/kernels/${build}.wasm: expected one, build first: npm run build.`);
    const binary = await response.arrayBuffer();
    if (WebAssembly.validate(binary)) return (await WebAssembly.instantiate(binary, { env: { memory } })).instance;
  }
  throw new Error('Expected an engine that has SIMD.');
}
