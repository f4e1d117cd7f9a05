/**
 * THIRD-PARTY-LICENSES: what of others the package carries, and the texts of their licences. The bundles say which
 * packages they hold; what was compiled into those is listed here, because nothing else says it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const texts = createRequire(import.meta.url)('spdx-license-list/full');

/** In the WebAssembly of a package: name, licence, whose it is. Public domain and CC0 ask for nothing. */
const COMPILED_IN = {
  '@tensorflow/tfjs-backend-wasm': [
    ['XNNPACK', 'BSD-3-Clause', 'Facebook, Inc. and its affiliates; 2019 Google LLC'],
    ['pthreadpool', 'BSD-2-Clause', '2019 Google LLC; 2017 Facebook Inc.; 2015-2017 Georgia Institute of Technology'],
    ['cpuinfo', 'BSD-2-Clause', '2019 Google LLC; 2017-2018 Facebook Inc.; 2012-2017 Georgia Institute of Technology'],
    ['FP16', 'MIT', '2017 Facebook Inc.; 2017 Georgia Institute of Technology; 2019 Google LLC'],
    ['Emscripten', 'MIT', '2010-2014 Emscripten authors'],
  ],
  'opus-decoder': [
    [
      'libopus',
      'BSD-3-Clause',
      '2001-2011 Xiph.Org, Skype Limited, Octasic, Jean-Marc Valin, Timothy B. Terriberry, CSIRO, Gregory Maxwell, ' +
        'Mark Borgerding, Erik de Castro Lopo',
    ],
  ],
};

/** The folder of a package that a module belongs to. */
const PACKAGE = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//;
const found = new Map();

/** Rollup: notes the packages of a bundle, and those `others` of which it copies files, and writes the list anew. */
export function thirdParty(file, others = []) {
  return {
    name: 'third-party',
    writeBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => Object.entries(chunk.modules ?? {}));
      for (const [id, { renderedLength }] of modules) if (renderedLength > 0) note(id);
      for (const path of others) note(path);
      writeFileSync(file, list());
    },
  };
}

function note(id) {
  const [, folder, name] = PACKAGE.exec(id.replaceAll('\\', '/').replace('\0', '')) ?? [];
  if (folder === undefined || found.has(name)) return;
  const { version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const holder = (typeof author === 'object' ? author.name : author) ?? `the authors of ${name}`;
  // Apache's text is the same for everyone, and comes once.
  const own = license === 'Apache-2.0' ? undefined : readdirSync(folder).find((path) => /^licen[cs]e/i.test(path));
  const text = own === undefined ? textOf(license, holder) : readFileSync(join(folder, own), 'utf8');
  found.set(name, [{ title: `${name} ${version}`, license, text }, ...compiledInto(name)]);
}

function compiledInto(name) {
  return (COMPILED_IN[name] ?? []).map(([title, license, holder]) => ({
    title: `${title}, compiled into ${name}`,
    license,
    text: textOf(license, holder),
  }));
}

/** The licence's own text, for packages that name it and leave it out. */
function textOf(license, holder) {
  const text = texts[license]?.licenseText;
  if (text === undefined) throw new Error(`Expected the SPDX name of a licence, got "${license}".`);
  return text.replace(/Copyright \(c\) <year> <(?:owner|copyright holders)>\.?/i, `Copyright (c) ${holder}`);
}

/** Each text once, under all that it holds for. */
function list() {
  const byText = new Map();
  for (const name of [...found.keys()].sort())
    for (const { title, license, text } of found.get(name)) {
      const key = text.replace(/\s+/g, ' ').trim();
      const titles = byText.get(key)?.titles ?? [];
      byText.set(key, { titles: [...titles, `${title} (${license})`], text: text.trim() });
    }
  const head =
    'denoise-node is under the MIT licence, see LICENSE. It carries work of others, under the licences below.\n' +
    'Of TensorFlow.js, what is not used is left out of its scripts and its WebAssembly.';
  const parts = [...byText.values()].map(({ titles, text }) => `${titles.join('\n')}\n\n${text}`);
  return `${[head, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
