/** The recipe of docs/panel.md: a language is one file, and one line in the index. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as bundled from '../../src/panel/locales/index.ts';

const FOLDER = join(import.meta.dirname, '../../src/panel/locales');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

describe('the languages of the panel', () => {
  it('are one line each in the index, for every file that holds strings', () => {
    const lines = readdirSync(FOLDER).flatMap((file) => {
      const [, name] = /^export const (\w+): PanelStrings/m.exec(read(file)) ?? [];
      return name === undefined ? [] : [`export { ${name} } from './${file}';`];
    });
    const index = read('index.ts').split('\n');
    assert.deepEqual(
      index.filter((line) => line.startsWith('export')),
      lines.sort(),
    );
    assert.equal(lines.length, Object.keys(bundled).length);
  });

  it('have a tag of their own each', () => {
    const tags = Object.values(bundled).map(({ locale }) => locale);
    assert.deepEqual([...new Set(tags)], tags);
  });
});
