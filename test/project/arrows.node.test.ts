/** Imports point one way, and nowhere in a circle. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT, scriptsIn } from '../support/source-files.ts';

/** What the files of a room may import beside each other: paths that begin so, and packages. */
interface Room {
  readonly files: string;
  readonly imports: readonly string[];
  /** For their types alone. */
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
}

const FFT = 'src/engine/dsp/fft.ts';

/** A file belongs to the first room that its path begins with. */
const ROOMS: readonly Room[] = [
  { files: 'src/index.ts', imports: ['src/main/', 'src/shared/'] },
  {
    files: 'src/standardized.ts',
    imports: ['src/index.ts', 'src/main/', 'src/shared/'],
    packages: ['standardized-audio-context'],
  },
  { files: 'src/base-model.ts', imports: ['src/shared/beside.ts'] },
  { files: 'src/tiny-model.ts', imports: ['src/shared/beside.ts'] },
  { files: 'src/vite.ts', imports: [] },
  { files: 'src/node/', imports: [], packages: ['node:'] },
  {
    files: 'src/server/',
    imports: ['src/files/', 'src/engine/', 'src/node/', 'src/shared/'],
    packages: ['node:'],
  },
  { files: 'src/stream/', imports: ['src/index.ts', 'src/main/', 'src/shared/'] },
  { files: 'src/calls/', imports: ['src/stream/', 'src/main/', 'src/shared/'] },
  { files: 'src/wam.ts', imports: ['src/hosts/wam/', 'src/shared/wam-messages.ts'] },
  // Hosts get what an app has, and the panel when they ask for it.
  { files: 'src/hosts/', imports: ['src/index.ts', 'src/panel/define.ts', 'src/shared/'] },
  {
    files: 'src/react/',
    imports: ['src/index.ts', 'src/stream/', 'src/panel/define.ts', 'src/shared/parameters.ts'],
    packages: ['react'],
  },
  { files: 'src/templates/', imports: ['src/panel/define.ts'], packages: ['vue', 'svelte'] },
  { files: 'src/main/', imports: ['src/shared/'] },
  { files: 'src/shared/', imports: [] },
  { files: 'src/worker/', imports: ['src/engine/', 'src/shared/'] },
  { files: 'src/engine/', imports: ['src/shared/'], packages: ['@tensorflow/'] },
  { files: 'src/files/', imports: ['src/engine/', 'src/shared/'], packages: ['opus-decoder', 'stb-vorbis'] },
  {
    files: 'src/cli/',
    imports: ['src/files/', 'src/engine/', 'src/node/', 'src/shared/'],
    packages: ['node:', 'minimp3-wasm', 'bullmq', 'ioredis', '@aws-sdk/'],
  },
  {
    // What an app has: the node by its public face. The parameters' table says what its sliders set.
    files: 'src/panel/',
    imports: ['src/index.ts', 'src/shared/parameters.ts', FFT],
    types: ['src/main/', 'src/shared/'],
    packages: ['lit'],
  },
  { files: 'worklet/', imports: ['src/shared/'] },
  { files: 'demo/serve.mjs', imports: ['tools/'], packages: ['node:'] },
  {
    files: 'demo/',
    imports: ['src/index.ts', 'src/engine/index.ts', 'src/panel/', 'src/files/', FFT],
    packages: ['denoise-node', 'lit', 'client-zip', '@webaudiomodules/'],
  },
];

interface Import {
  /** A path from the root, or a package. */
  readonly target: string;
  readonly isPackage: boolean;
  readonly isType: boolean;
}

const STATIC = /^(?:import|export)\s+(type\s)?(?:([^'";]*?)\sfrom\s+)?'([^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'([^']+)'\s*\)/g;

const FILES = ['src', 'worklet', 'demo'].flatMap(scriptsIn);
const IMPORTS = new Map(FILES.map((path) => [path, importsOf(path)]));

/** What a file imports, or exports again, also for its types alone, and when it runs. */
function importsOf(path: string): Import[] {
  const code = readFileSync(join(ROOT, path), 'utf8').replace(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '');
  const found = [
    ...[...code.matchAll(STATIC)].map(([, type, names, from]) => ({
      from,
      isType: type !== undefined || allTypes(names),
    })),
    ...[...code.matchAll(DYNAMIC)].map(([, from]) => ({ from, isType: false })),
  ];
  return found.map(({ from, isType }) => {
    const isPackage = !from.startsWith('.');
    return { target: isPackage ? from : normalize(join(dirname(path), from)), isPackage, isType };
  });
}

/** Whether an import's braces hold types alone: `{ type A, type B }`. */
function allTypes(names: string | undefined): boolean {
  const list = /^\{(.*)\}$/s.exec(names?.trim() ?? '')?.[1].split(',');
  return list?.every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false;
}

function roomOf(path: string): Room {
  const room = ROOMS.find(({ files }) => path.startsWith(files));
  assert.ok(room, `${path} is in no room: add one to ROOMS`);
  return room;
}

function isAllowed(path: string, { target, isPackage, isType }: Import): boolean {
  const { files, imports, types = [], packages = [] } = roomOf(path);
  const begins = (start: string): boolean => target.startsWith(start);
  if (isPackage) return packages.some(begins);
  return begins(files) || imports.some(begins) || (isType && types.some(begins));
}

/** The first way from a file back to itself, or undefined. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (path: string): string[] | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return undefined;
    way.push(path);
    for (const next of graph.get(path) ?? []) {
      const circle = visit(next);
      if (circle !== undefined) return circle;
    }
    way.pop();
    done.add(path);
    return undefined;
  };
  for (const path of graph.keys()) {
    const circle = visit(path);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('imports', () => {
  it('are read: every one leads to a file', () => {
    const ofFiles = [...IMPORTS].flatMap(([path, imports]) =>
      imports.filter(({ isPackage }) => !isPackage).map(({ target }) => ({ path, target })),
    );
    assert.ok(ofFiles.length > 200, `found ${ofFiles.length}`);
    assert.deepEqual(
      ofFiles.filter(({ target }) => !existsSync(join(ROOT, target))),
      [],
    );
  });

  it('follow the arrows between the rooms', () => {
    const against = [...IMPORTS].flatMap(([path, imports]) =>
      imports.filter((one) => !isAllowed(path, one)).map(({ target }) => `${path} → ${target}`),
    );
    assert.deepEqual(against, []);
  });

  it('make no circle, types included', () => {
    const graph = new Map([...IMPORTS].map(([path, imports]) => [path, imports.map(({ target }) => target)]));
    assert.equal(circleIn(graph)?.join(' → '), undefined);
  });
});
