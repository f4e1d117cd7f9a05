/**
 * The words that come with the code are held to it: examples compile, links lead somewhere, every error code is
 * explained.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
/** Inside the package, so that examples import it by its own name, as an app does. Git ignores it. */
const FOLDER = join(ROOT, 'build/examples');
const GUIDES = [
  'api',
  'bundlers',
  'calls',
  'command-line',
  'deployment',
  'errors',
  'frameworks',
  'models',
  'panel',
  'plugin-hosts',
  'quality',
  'scale',
  'server',
].map((name) => `docs/${name}.md`);
/** Each has an entry of its own in src/calls/, and a page which docs/calls.md leads to. */
const SDKS = ['agora', 'chime', 'jitsi', 'livekit', 'stream-io', 'twilio', 'vonage'];
/** Ways to call that take a track, and need no entry. */
const PLAIN = ['daily', 'mediasoup', 'peerjs', 'webrtc'];
const CALLS = [...SDKS, ...PLAIN].map((name) => `docs/calls-${name}.md`);
const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'models/classic/README.md',
  ...GUIDES,
  ...CALLS,
];
const WITH_EXAMPLES = [
  ...DOCUMENTS,
  'src/main/denoise-node.ts',
  'src/stream/denoised-track.ts',
  ...SDKS.map((name) => (name === 'agora' ? 'src/calls/agora/denoise-processor.ts' : `src/calls/${name}.ts`)),
  'src/react/use-denoise.ts',
  'src/react/denoise-panel.ts',
];

/** What runs in Node, with its types and without those of a browser. */
const FOR_NODE = ['docs/server.md', 'src/server/index.ts', 'src/server/pool/denoise-pool.ts'];
const NODE_OPTIONS = {
  lib: ['ES2022', 'ESNext.Disposable'],
  types: ['node'],
  skipLibCheck: false,
  paths: { 'denoise-node/server': ['../../dist/server.d.ts'] },
};

const TSCONFIG = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    composite: false,
    emitDeclarationOnly: false,
    declaration: false,
    noEmit: true,
    noUnusedLocals: false,
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    jsx: 'react-jsx',
  },
  include: ['./*.ts', './*.tsx'],
};

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** TypeScript between fences, also within doc comments: a file name for each, and its code. */
function examplesIn(path: string): [string, string][] {
  const text = read(path).replace(/^ \* ?/gm, '');
  const name = path.replace(/\W/g, '-');
  return [...text.matchAll(/^```(tsx?)\n(.*?)^```/gms)].map(([, type, code], i) => [`${name}-${i + 1}.${type}`, code]);
}

/** What the compiler says about some examples; the empty string when it is content. */
function complaintsAbout(examples: Record<string, string>, options: object = {}): string {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(
    join(FOLDER, 'tsconfig.json'),
    JSON.stringify({ ...TSCONFIG, compilerOptions: { ...TSCONFIG.compilerOptions, ...options } }),
  );
  for (const [name, code] of Object.entries(examples)) writeFileSync(join(FOLDER, name), `${code}\nexport {};\n`);
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', FOLDER], { encoding: 'utf8' });
  return status === 0 ? '' : stdout + stderr;
}

describe('examples', () => {
  it('compile against the built package', () => {
    const examples = Object.fromEntries(WITH_EXAMPLES.filter((path) => !FOR_NODE.includes(path)).flatMap(examplesIn));
    assert.ok(
      Object.keys(examples).length >= 8,
      `expected the examples of README.md, found ${Object.keys(examples).join(', ') || 'none'}`,
    );
    assert.equal(complaintsAbout(examples), '');
  });

  it('for Node compile against the built package without the types of a browser', () => {
    const examples = Object.fromEntries(FOR_NODE.flatMap(examplesIn));
    assert.ok(Object.keys(examples).length >= 5);
    assert.equal(complaintsAbout(examples, NODE_OPTIONS), '');
    assert.match(complaintsAbout({ 'wrong.ts': 'new AudioContext();' }, NODE_OPTIONS), /AudioContext/);
  });

  it('would be refused if they named what is not there', () => {
    const complaints = complaintsAbout({
      'wrong.ts': "import { DenoiseNode } from 'denoise-node';\nnew DenoiseNode(new AudioContext()).mixture.value = 1;",
    });
    assert.match(complaints, /'mixture' does not exist/);
  });
});

describe('links', () => {
  for (const path of DOCUMENTS) {
    it(`of ${path} lead to files and headings that exist`, () => {
      const text = read(path).replace(/^```.*?^```/gms, '');
      const anchors = (of: string) =>
        [...of.matchAll(/^#+ (.*)$/gm)]
          .map(([, heading]) => slug(heading))
          .concat([...of.matchAll(/<a id="(.*?)">/g)].map(([, id]) => id));
      const targets = [...text.matchAll(/\]\(([^)]+)\)|(?:src|srcset)="([^"]+)"/g)]
        .map(([, link, image]) => link ?? image)
        .filter((target) => !/^https?:/.test(target));
      const dead = targets.filter((target) => {
        const [file, anchor] = target.split('#');
        if (file !== '' && !existsSync(join(ROOT, dirname(path), file))) return true;
        return anchor !== undefined && !anchors(file === '' ? text : read(join(dirname(path), file))).includes(anchor);
      });
      assert.deepEqual(dead, []);
    });
  }
});

describe('README.md', () => {
  it('is read in five minutes', () => {
    assert.ok(Buffer.byteLength(read('README.md')) <= 12 * 1024);
  });

  it('leads to every guide', () => {
    for (const guide of GUIDES)
      assert.ok(read('README.md').includes(`](${guide})`), `README.md has no link to ${guide}`);
  });
});

describe('docs/calls.md', () => {
  it('leads to the page of every SDK', () => {
    for (const page of CALLS)
      assert.ok(
        read('docs/calls.md').includes(`](${page.replace('docs/', '')})`),
        `docs/calls.md has no link to ${page}`,
      );
  });
});

describe('guides', () => {
  it('explain every error code, and no other', () => {
    const codes = [...read('src/shared/errors.ts').matchAll(/^ {2}\| '([\w-]+)'/gm)].map(([, code]) => code);
    const explained = [...read('docs/errors.md').matchAll(/^<a id="([\w-]+)"><\/a>\*\*`\1`\*\*/gm)].map(
      ([, code]) => code,
    );
    assert.ok(codes.length >= 9);
    assert.deepEqual(explained.sort(), codes.sort());
  });

  it('name every option with its default', async () => {
    const { DEFAULT_OPTIONS } = await import('../../src/main/options.ts');
    for (const [name, value] of Object.entries(DEFAULT_OPTIONS)) {
      const shown = typeof value === 'string' ? `'${value}'` : String(value);
      const row = `| \`${name}\` | \`${shown}\` |`;
      assert.ok(read('docs/api.md').replace(/ +/g, ' ').includes(row), `docs/api.md lacks ${row}`);
    }
  });

  it('state the range of every option that has one', async () => {
    const { RANGES } = await import('../../src/main/options.ts');
    const guide = read('docs/api.md').replaceAll('−', '-');
    for (const [name, [least, most]] of Object.entries(RANGES)) {
      const told = new RegExp(
        `\`${name}\`[^|]*\\|.*?(?<!\\d)${least}\\b.*(?<!\\d)${most}\\b|\`${name}\` is[^]*?from ${least} to ${most}`,
      );
      assert.match(guide, told, `docs/api.md lacks the range of ${name}, ${least} to ${most}`);
    }
  });

  it('name every event', () => {
    const events = [...read('src/main/events.ts').matchAll(/^ {2}(\w+): CustomEvent/gm)].map(([, name]) => name);
    assert.ok(events.length >= 7);
    for (const name of events)
      assert.ok(read('docs/api.md').includes(`\`${name}\``), `docs/api.md lacks the event ${name}`);
  });

  it('name every option of the command line, and no other', async () => {
    const { helpText } = await import('../../src/cli/arguments.ts');
    const known = [...helpText({ installed: [], installable: new Map() }).matchAll(/^ +(?:-\w, +)?--([\w-]+)/gm)].map(
      ([, name]) => name,
    );
    const told = [...read('docs/command-line.md').matchAll(/^\| `(?:-\w, )?--([\w-]+)`/gm)].map(([, name]) => name);
    assert.ok(known.length >= 10);
    assert.deepEqual([...told, 'version', 'help'].sort(), known.sort());
  });
});

/** A heading's anchor, as the usual renderers make it. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}
