/**
 * The declarations of the package, one file for each entry, from what `tsc -b` emitted: without types of others or
 * members that are ours alone (`@internal`, private, protected), and for TypeScript 5.0 and later.
 *
 *   node tools/declarations.mjs        after tsc -b; npm run build does both
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EMITTED = join(ROOT, 'dist/types');
const FACE = join(ROOT, 'build/face');

/** Where the declarations of an entry are emitted, below dist/types/src, and where they go, below dist. */
export const ENTRIES = {
  'index.d.ts': 'denoise-node.d.ts',
  'standardized.d.ts': 'standardized.d.ts',
  'stream/index.d.ts': 'stream.d.ts',
  'calls/chime.d.ts': 'chime.d.ts',
  'calls/livekit.d.ts': 'livekit.d.ts',
  'panel/define.d.ts': 'panel.d.ts',
  'engine/index.d.ts': 'engine.d.ts',
  'vite.d.ts': 'vite.d.ts',
  'wam.d.ts': 'wam.d.ts',
  'base-model.d.ts': 'base-model.d.ts',
  'tiny-model.d.ts': 'tiny-model.d.ts',
};
/** The one library whose types are part of our face; whoever imports that entry has it. */
const FOREIGN = ['standardized-audio-context'];
/**
 * Entries from which those of calls import what is theirs, which keeps these small and their classes the same ones:
 * where they begin, and which files are theirs, below dist/types/src.
 */
const SHARED = {
  'denoise-node': { file: 'index.d.ts', files: /^(?:index|main\/.*)\.js$/ },
  stream: { file: 'stream/index.d.ts', files: /^stream\/.*\.js$/ },
};
/** The package as which they are imported meanwhile; our own name would lead to what was written the last time. */
const OWN = 'denoise-node-face';

const INTERNAL = /^ *\/\*\*(?:(?!\*\/).)*@internal(?:(?!\*\/).)*\*\/\n[^;{]*(?:;|\{[^}]*\};?)\n/gms;
const HIDDEN = /^ {4}(?:private (?!constructor)|protected |static (?:styles|shadowRootOptions|properties)\b)[^;]*;\n/gm;

/** What an app has no use for is taken out, and imports go to files as any version resolves them. */
function face(text, path) {
  const up = '../'.repeat(path.split('/').length - 1) || './';
  return (
    text
      // What stands for all fields with a # would tell the same class of two entries apart.
      .replace(/^ {4}#private;\n/gm, '')
      .replace(INTERNAL, (member) => (member.includes(' constructor(') ? '    private constructor();\n' : ''))
      .replace(HIDDEN, '')
      .replace(/(from |import\()(['"]\.[^'"]*)\.ts(['"])/g, '$1$2.js$3')
      .replace(/ from 'lit';/g, ` from '${up}lit-face.js';`)
      // Arrays over one kind of buffer are a type of their own since 5.7; the difference is none to a caller.
      .replace(/\b((?:Float32|Int32|Uint8)Array)<[A-Za-z]+>/g, '$1')
  );
}

/** Imports of files that are another entry's become imports of that entry. */
function sharing(text, path) {
  const room = path.split('/')[0];
  if (room !== 'calls' && room !== 'stream') return text;
  return text.replace(/(from |import\()'(\.[^']*)'/g, (whole, before, file) => {
    const target = join(dirname(path), file);
    const entry = Object.keys(SHARED).find((name) => name !== room && SHARED[name].files.test(target));
    return entry === undefined ? whole : `${before}'${OWN}/${entry}'`;
  });
}

/** The declarations of every file, and once more as a package, for the entries that share. */
function writeFace() {
  rmSync(FACE, { recursive: true, force: true });
  const emitted = join(EMITTED, 'src');
  const own = join(FACE, 'node_modules', OWN);
  for (const path of readdirSync(emitted, { recursive: true }).filter((one) => one.endsWith('.d.ts'))) {
    const text = face(readFileSync(join(emitted, path), 'utf8'), path);
    for (const [folder, content] of [
      [FACE, sharing(text, path)],
      [own, text],
    ]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
  }
  const exported = Object.fromEntries(Object.entries(SHARED).map(([name, { file }]) => [`./${name}`, `./${file}`]));
  writeFileSync(join(own, 'package.json'), JSON.stringify({ name: OWN, version: '0.0.0', exports: exported }));
  cpSync(join(ROOT, 'tools/lit-face.d.ts'), join(FACE, 'lit-face.d.ts'));
  const compilerOptions = {
    target: 'ES2022',
    module: 'ESNext',
    moduleResolution: 'Bundler',
    strict: true,
    skipLibCheck: true,
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    types: [],
  };
  writeFileSync(join(FACE, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['./**/*.d.ts'] }));
}

/** Writes them all. */
async function writeDeclarations() {
  const { generateDtsBundle } = await import('dts-bundle-generator');
  writeFace();
  const bundles = generateDtsBundle(
    Object.keys(ENTRIES).map((entry) => ({
      filePath: join(FACE, entry),
      libraries: { importedLibraries: [...FOREIGN, OWN] },
      output: { noBanner: true, exportReferencedTypes: false, inlineDeclareGlobals: entry.startsWith('panel') },
    })),
    { preferredConfigPath: join(FACE, 'tsconfig.json') },
  );
  for (const [i, to] of Object.values(ENTRIES).entries()) {
    const text = bundles[i].replaceAll(new RegExp(` from '${OWN}/(.+)';`, 'g'), " from './$1.js';");
    const code = text.replace(/\/\*.*?\*\//gs, '');
    const foreign = [...code.matchAll(/ from ['"]([^'"]+)['"]|import\(['"]([^'"]+)/g)]
      .map(([, one, other]) => one ?? other)
      .filter((name) => !name.startsWith('./') && !FOREIGN.includes(name));
    if (foreign.length > 0)
      throw new Error(`${to}: expected no types of others, found those of ${foreign.join(', ')}.`);
    mkdirSync(dirname(join(ROOT, 'dist', to)), { recursive: true });
    writeFileSync(join(ROOT, 'dist', to), text);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeDeclarations();
