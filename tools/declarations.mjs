/**
 * The declarations of the package, one file for each entry, from what `tsc -b` emitted: without types of others or
 * members that are ours alone (`@internal`, private, protected), and for TypeScript 5.0 and later.
 *
 *   node tools/declarations.mjs        after tsc -b; npm run build does both
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FACE = join(ROOT, 'build/face');

/** What is emitted for Node, which has types of its own. */
const FOR_NODE = /^(?:server|node)\//;

/** Where the declarations of an entry are emitted, below {@link emittedIn}, and where they go, below dist. */
export const ENTRIES = {
  'index.d.ts': 'denoise-node.d.ts',
  'standardized.d.ts': 'standardized.d.ts',
  'stream/index.d.ts': 'stream.d.ts',
  'calls/agora.d.ts': 'agora.d.ts',
  'calls/chime.d.ts': 'chime.d.ts',
  'calls/jitsi.d.ts': 'jitsi.d.ts',
  'calls/livekit.d.ts': 'livekit.d.ts',
  'calls/stream-io.d.ts': 'stream-io.d.ts',
  'calls/twilio.d.ts': 'twilio.d.ts',
  'calls/vonage.d.ts': 'vonage.d.ts',
  'panel/define.d.ts': 'panel.d.ts',
  'react/index.d.ts': 'react.d.ts',
  'engine/index.d.ts': 'engine.d.ts',
  'server/index.d.ts': 'server.d.ts',
  'vite.d.ts': 'vite.d.ts',
  'wam.d.ts': 'wam.d.ts',
  // Of every model: a module that gives a URL.
  'base-model.d.ts': 'model.d.ts',
};
/** Entries that are written by hand, below src, because they need libraries that are not here. */
export const BY_HAND = { 'templates/vue.d.ts': 'vue.d.ts', 'templates/svelte.d.ts': 'svelte.d.ts' };
/** Libraries whose types are part of our face; whoever imports such an entry has them. */
const FOREIGN = ['standardized-audio-context', 'react'];
const OF_NODE = ['node:events', 'node:stream', 'node:stream/web'];
/** Entries from which others import what they share, in this order; and the folders whose types are theirs. */
const SHARED = {
  'index.d.ts': { name: 'denoise-node', folders: ['main/', 'shared/'] },
  'stream/index.d.ts': { name: 'denoise-node/stream', folders: ['stream/'] },
  'panel/define.d.ts': { name: 'denoise-node/panel', folders: ['panel/'] },
};

const ON_SERVER = 'server/index.d.ts';
/** Entries that tell a framework of the panel's tag; one at a time, for each would have what the others tell. */
const AUGMENTING = ['react/index.d.ts'];

/** What a file takes of another of ours, or passes on. */
const FROM = /^((?:import|export)(?: type)?)(?: \{([^}]*)\}| \*) from '(\.[^']*)';$/gm;
/** What a bundle takes of another entry. */
const IMPORT = /^((?:import|export) .* from )['"](denoise-node[^'"]*)['"];$/gm;
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

/** The folder below which `tsc -b` emits what stands for a file of src. */
export function emittedIn(path) {
  return FOR_NODE.test(path) ? 'dist/types-server/src' : 'dist/types/src';
}

function writeFace() {
  rmSync(FACE, { recursive: true, force: true });
  for (const one of ['dist/types/src', 'dist/types-server/src']) {
    const emitted = join(ROOT, one);
    for (const path of readdirSync(emitted, { recursive: true })) {
      if (!path.endsWith('.d.ts') || one !== emittedIn(path)) continue;
      mkdirSync(dirname(join(FACE, path)), { recursive: true });
      writeFileSync(join(FACE, path), face(readFileSync(join(emitted, path), 'utf8'), path));
    }
  }
  cpSync(join(ROOT, 'tools/lit-face.d.ts'), join(FACE, 'lit-face.d.ts'));
  const compilerOptions = {
    target: 'ES2022',
    module: 'ESNext',
    moduleResolution: 'Bundler',
    strict: true,
    skipLibCheck: true,
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    types: ['node'],
  };
  // Not a part of the package, whose name would mean its own entries here.
  writeFileSync(join(FACE, 'package.json'), '{ "name": "face" }');
  writeFileSync(join(FACE, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['./**/*.d.ts'] }));
}

/** The shared entry to which a file belongs; undefined for one of another entry. */
function homeOf(path) {
  return Object.entries(SHARED).find(
    ([entry, { folders }]) => path === entry || folders.some((one) => path.startsWith(one)),
  )?.[1];
}

/** What an entry exports, by name. */
function exportsOf(entry) {
  const text = readFileSync(join(FACE, entry), 'utf8');
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) => list.split(','));
  return new Set(lists.map((name) => name.trim().replace(/^type /, '')).filter(Boolean));
}

/** Where a file takes from another entry what that exports, it does so by its name, as an app does. */
function share() {
  const exported = Object.fromEntries(Object.entries(SHARED).map(([entry, { name }]) => [name, exportsOf(entry)]));
  for (const path of readdirSync(FACE, { recursive: true }).filter((one) => one.endsWith('.d.ts'))) {
    const text = readFileSync(join(FACE, path), 'utf8');
    const shared = text.replace(FROM, (whole, head, list, from) => {
      const home = homeOf(join(dirname(path), from).replace(/\.js$/, '.d.ts'));
      if (home === undefined || home === homeOf(path)) return whole;
      if (list === undefined) return `${head} * from '${home.name}';`;
      const names = list
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean);
      const isTheirs = (name) => exported[home.name].has(name.replace(/^type | as .*$/g, ''));
      const [theirs, ours] = [names.filter(isTheirs), names.filter((name) => !isTheirs(name))];
      return [
        [theirs, home.name],
        [ours, from],
      ]
        .filter(([some]) => some.length > 0)
        .map(([some, where]) => `${head} { ${some.join(', ')} } from '${where}';`)
        .join('\n');
    });
    if (shared !== text) writeFileSync(join(FACE, path), shared);
  }
}

/** What the declarations for servers take of Node: the bundle leaves that out. */
function importsOfNode() {
  const folder = join(FACE, dirname(ON_SERVER));
  const files = readdirSync(folder, { recursive: true }).filter((one) => one.endsWith('.d.ts'));
  const texts = files.map((path) => readFileSync(join(folder, path), 'utf8'));
  return [...new Set(texts.flatMap((text) => text.match(/^import \{[^}]*\} from 'node:[^']*';\n/gm) ?? []))].join('');
}

/** Writes them all: first those from which others import. */
async function writeDeclarations() {
  writeFace();
  // Whole in itself: what others share needs the types of a browser.
  write(ON_SERVER, importsOfNode() + (await bundle([ON_SERVER])));
  share();
  for (const entry of Object.keys(SHARED)) {
    const [text] = await bundle([entry]);
    const path = join(FACE, 'node_modules', SHARED[entry].name, 'index.d.ts');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    write(entry, text);
  }
  for (const [from, to] of Object.entries(BY_HAND)) {
    const text = readFileSync(join(ROOT, 'src', from), 'utf8').replaceAll('../panel/define.ts', './panel.js');
    writeFileSync(join(ROOT, 'dist', to), text);
  }
  for (const entry of AUGMENTING) write(entry, ...(await bundle([entry])));
  const others = Object.keys(ENTRIES).filter(
    (entry) => !(entry in SHARED) && ![ON_SERVER, ...AUGMENTING].includes(entry),
  );
  for (const [i, text] of (await bundle(others)).entries()) write(others[i], text);
}

async function bundle(entries) {
  const { generateDtsBundle } = await import('dts-bundle-generator');
  return generateDtsBundle(
    entries.map((entry) => ({
      filePath: join(FACE, entry),
      libraries: { importedLibraries: [...FOREIGN, 'denoise-node', ...(FOR_NODE.test(entry) ? ['node'] : [])] },
      output: {
        noBanner: true,
        exportReferencedTypes: false,
        inlineDeclareGlobals: entry.startsWith('panel'),
        inlineDeclareExternals: AUGMENTING.includes(entry),
      },
    })),
    { preferredConfigPath: join(FACE, 'tsconfig.json') },
  );
}

function write(entry, text) {
  const files = new Map(
    Object.entries(SHARED).map(([shared, { name }]) => [name, `./${basename(ENTRIES[shared], '.d.ts')}.js`]),
  );
  const face = text.replace(IMPORT, (_whole, head, name) => `${head}'${files.get(name)}';`);
  const code = face.replace(/\/\*.*?\*\//gs, '');
  const foreign = [...code.matchAll(/ from ['"]([^'"]+)['"]|import\(['"]([^'"]+)/g)]
    .map(([, one, other]) => one ?? other)
    .filter((name) => ![...FOREIGN, ...(FOR_NODE.test(entry) ? OF_NODE : []), ...files.values()].includes(name));
  const to = ENTRIES[entry];
  if (foreign.length > 0) throw new Error(`${to}: expected no types of others, found those of ${foreign.join(', ')}.`);
  mkdirSync(dirname(join(ROOT, 'dist', to)), { recursive: true });
  writeFileSync(join(ROOT, 'dist', to), face);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeDeclarations();
