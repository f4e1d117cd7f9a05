import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { EXTENSIONS } from '../../src/cli/formats/open-audio.ts';

describe('the formats of the command line', () => {
  it('stand in its guide, each with the endings that make a file in a folder a recording', async () => {
    const guide = await readFile(new URL('../../docs/command-line.md', import.meta.url), 'utf8');
    const rows = [...guide.matchAll(/^\| (\S.*?) +\| (`\..*?) +\|/gm)].map(([, kind, endings]) => ({
      kind,
      endings: endings.split(', ').map((ending) => ending.replaceAll('`', '')),
    }));
    const documented = rows.flatMap(({ kind, endings }) => endings.map((ending) => `${ending} ${kind}`));
    const read = Object.entries(EXTENSIONS).flatMap(([ending, kinds]) => kinds.map((kind) => `${ending} ${kind}`));
    assert.deepEqual(documented.sort(), read.sort());
  });
});
