/**
 * In:     the files of the package that a page loads
 * Out:    a module that holds them all, for pages that can serve nothing beside their script, and its declarations
 * Thread: main
 */
import { readFileSync } from 'node:fs';

/** Paths of the files, by what the options of a node call them. */
export interface InlineFiles {
  readonly worklet: string;
  readonly worker: string;
  readonly wasm: string;
  readonly model: string;
}

const TYPES = {
  worklet: 'text/javascript',
  worker: 'text/javascript',
  wasm: 'application/wasm',
  model: 'application/octet-stream',
} as const;

/** JavaScript whose default export gives the options of a node that loads nothing. URLs are made once, when asked. */
export function inlineModule(files: InlineFiles): string {
  const url = (name: keyof InlineFiles): string =>
    `url('${TYPES[name]}', '${readFileSync(files[name]).toString('base64')}')`;
  return `/* Made by denoise-node copy-assets --inline, of one version of denoise-node: make it again with another. */
const url = (type, base64) =>
  URL.createObjectURL(new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type }));
let options;
export default function inline() {
  options ??= {
    assets: {
      worklet: ${url('worklet')},
      worker: ${url('worker')},
      wasm: ${url('wasm')},
    },
    model: ${url('model')},
  };
  return options;
}
`;
}

export const INLINE_DECLARATIONS = [
  "import type { DenoiseOptions } from 'denoise-node';",
  '/** Options of a DenoiseNode that loads nothing: new DenoiseNode(context, inline()). */',
  "export default function inline(): Required<Pick<DenoiseOptions, 'assets' | 'model'>>;",
  '',
].join('\n');
