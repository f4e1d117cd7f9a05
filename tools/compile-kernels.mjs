/**
 * Compiles kernels/ (AssemblyScript) to WebAssembly, once for engines that have relaxed SIMD and once for all others.
 *
 *   node tools/compile-kernels.mjs    writes build/kernels/*.wasm, where the engine finds them when it runs from source
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = new URL('../', import.meta.url);
const FEATURES = { 'relaxed-simd': ['simd', 'relaxed-simd'], simd: ['simd'] };

/** No memory, no table and no runtime of its own: it works on what it is given. */
const FIXED = ['-O3', '--runtime', 'stub', '--importMemory', '--noExportMemory', '--initialMemory', '1'];

let compiled;

/** @returns {Promise<Record<string, Uint8Array<ArrayBuffer>>>} WebAssembly by the name of its build; compiled once */
export function compileKernels() {
  compiled ??= (async () => {
    const builds = {};
    for (const build of Object.keys(FEATURES)) builds[build] = await compile(FEATURES[build]);
    return builds;
  })();
  return compiled;
}

async function compile(features) {
  let binary;
  const enabled = features.flatMap((feature) => ['--enable', feature]);
  // v128 in functions of the module, which nobody calls from JavaScript.
  const args = ['kernels/program.ts', '--outFile', 'kernels.wasm', ...FIXED, ...enabled, '--disableWarning', '112'];
  const { error, stderr } = await asc.main(args, {
    baseDir: fileURLToPath(ROOT),
    writeFile: (_name, contents) => {
      binary = contents;
    },
  });
  if (error !== null) throw new Error(`kernels/: ${error.message}\n${stderr.toString()}`);
  return binary;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = new URL('build/kernels/', ROOT);
  mkdirSync(folder, { recursive: true });
  for (const [build, binary] of Object.entries(await compileKernels()))
    writeFileSync(new URL(`${build}.wasm`, folder), binary);
}
