/** custom-elements.json is what the sources say, and says all that an app needs to know. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = 'build/elements';

interface Named {
  readonly name: string;
  readonly description?: string;
}

interface Element extends Named {
  readonly tagName: string;
  readonly attributes?: Named[];
  readonly events?: Named[];
  readonly slots?: Named[];
  readonly cssParts?: Named[];
  readonly cssProperties?: Named[];
}

const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const elements: Element[] = read('custom-elements.json').modules.flatMap(
  ({ declarations }: { declarations: Element[] }) => declarations,
);
const source = (name: string): string => readFileSync(join(ROOT, 'src/panel', name), 'utf8');

describe('custom-elements.json', () => {
  it('is up to date: `npm run manifest` would change nothing', () => {
    mkdirSync(join(ROOT, FOLDER), { recursive: true });
    execFileSync(
      process.execPath,
      ['node_modules/@custom-elements-manifest/analyzer/cem.js', 'analyze', '--outdir', FOLDER],
      { cwd: ROOT, stdio: 'ignore' },
    );
    assert.deepEqual(read('custom-elements.json'), read(`${FOLDER}/custom-elements.json`));
  });

  it('is named in package.json and packed', () => {
    const { customElements, files } = read('package.json');
    assert.equal(customElements, 'custom-elements.json');
    assert.ok(files.includes('custom-elements.json'));
  });

  it('has every element that is registered', () => {
    const registered = [...source('define.ts').matchAll(/^define\('([\w-]+)'/gm)].map(([, tag]) => tag);
    assert.deepEqual(elements.map(({ tagName }) => tagName).sort(), registered.sort());
  });

  it('has every part, slot, property and event of the panel, each with a word about it', () => {
    const panel = elements.find(({ tagName }) => tagName === 'denoise-panel');
    assert.ok(panel);
    const templates = readdirSync(join(ROOT, 'src/panel/template')).map((name) => source(`template/${name}`));
    const element = [source('denoise-panel.ts'), ...templates].join();
    const styles = source('denoise-panel.styles.ts');
    const all = (text: string, pattern: RegExp): string[] =>
      [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();
    const names = (list: Named[] | undefined): string[] => (list ?? []).map(({ name }) => name).sort();
    assert.deepEqual(names(panel.cssParts), all(element, /\spart="([\w-]+)"/g));
    assert.deepEqual(names(panel.slots), all(element, /<slot name="([\w-]+)"/g));
    assert.deepEqual(names(panel.cssProperties), all(styles, /var\((--denoise-[\w-]+)/g));
    assert.deepEqual(names(panel.events), all(element, /CustomEvent(?:<\w+>)?\('([\w-]+)'/g));
    for (const list of [panel.cssParts, panel.slots, panel.cssProperties, panel.events, panel.attributes]) {
      for (const { name, description } of list ?? []) assert.ok(description, `${name} is not described`);
    }
  });
});
