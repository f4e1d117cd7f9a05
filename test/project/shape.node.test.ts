/** The shape of files, as CONTRIBUTING.md asks for it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { filesIn, ROOT, scriptsIn } from '../support/source-files.ts';

const MOST_LINES = 300;
const MOST_COLUMNS = 120;

const PRODUCT = ['src', 'worklet', 'kernels', 'demo'].flatMap(scriptsIn);
const SCRIPTS = [...PRODUCT, ...['test', 'bench', 'tools', 'docs'].flatMap(scriptsIn)];
const PROSE = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'bench/README.md',
  'models/classic/README.md',
  ...filesIn('docs', /\.md$/).filter((path) => path !== 'docs/api-report.md'),
];

const linesOf = (path: string): string[] => readFileSync(join(ROOT, path), 'utf8').split('\n');

/** Lines beyond the margin that could be broken. */
function tooLong(path: string, mayBeLong: RegExp): string[] {
  return linesOf(path)
    .map((line, i) => ({ line, place: `${path}:${i + 1}` }))
    .filter(({ line }) => [...line].length > MOST_COLUMNS && !mayBeLong.test(line))
    .map(({ line, place }) => `${place}: ${[...line].length}`);
}

describe('the shape of the sources', () => {
  it(`is files of at most ${MOST_LINES} lines`, () => {
    const long = PRODUCT.map((path) => ({ path, lines: linesOf(path).length - 1 }));
    assert.deepEqual(
      long.filter(({ lines }) => lines > MOST_LINES),
      [],
    );
  });

  it(`is lines of at most ${MOST_COLUMNS} columns, but for imports, URLs in comments and markup`, () => {
    const mayBeLong = /^(?:import|export) .* from |^\s*(?:\*|\/\/|\/\*\*).*https?:\/\/|^\s*<|html`|svg`/;
    assert.deepEqual(
      SCRIPTS.flatMap((path) => tooLong(path, mayBeLong)),
      [],
    );
  });

  it(`is prose of at most ${MOST_COLUMNS} columns, but for tables, links and markup`, () => {
    const mayBeLong = /^\s*\||^\s*<|\]\([^)]{60,}\)|https?:\/\/\S{60,}/;
    assert.deepEqual(
      PROSE.flatMap((path) => tooLong(path, mayBeLong)),
      [],
    );
  });

  it('is heads of In, Out and Thread that stand before the imports', () => {
    const late = PRODUCT.filter((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      const head = /^ \* (?:In|Out|Thread): /m.exec(text)?.index ?? -1;
      const firstImport = /^import /m.exec(text)?.index ?? Number.POSITIVE_INFINITY;
      return head > firstImport;
    });
    assert.deepEqual(late, []);
  });
});
