/** The code that the page offers is code: it compiles, and says what is set. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { codeFor, type Settings } from '../../demo/code-box.ts';
import { choose, slide, start, textOf, visit } from './support.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Inside the package, so that the code imports it by its own name, as an app does. Git ignores it. */
const FOLDER = join(ROOT, 'build/code-box');
const TSCONFIG = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    composite: false,
    emitDeclarationOnly: false,
    declaration: false,
    noEmit: true,
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
  },
  include: ['./*.ts'],
};
const DEFAULTS: Settings = {
  model: 'base',
  mix: 1,
  attenuationLimit: 100,
  highPass: 0,
  autoGain: false,
  targetLevel: -20,
  outputGain: 0,
  bypass: false,
  source: 'recording',
  browserProcessing: false,
  heard: true,
};

/** What the compiler says about each; the empty string when it is content. */
function complaintsAbout(programs: readonly string[]): string {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  programs.forEach((code, i) => writeFileSync(join(FOLDER, `code-${i}.ts`), `${code}\nexport {};\n`));
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', FOLDER],
    { encoding: 'utf8' },
  );
  return status === 0 ? '' : stdout;
}

describe('the code box', { timeout: 120_000 }, () => {
  it('offers code that compiles, whatever is set', () => {
    const programs = (['recording', 'microphone'] as const).flatMap((source) =>
      [true, false].flatMap((heard) =>
        [
          {},
          { mix: 0.25, attenuationLimit: 24, outputGain: -3.5, bypass: true, model: 'other', browserProcessing: true },
          { highPass: 80, autoGain: true, targetLevel: -23 },
        ].map((set) => codeFor({ ...DEFAULTS, source, heard, ...set })),
      ),
    );
    assert.equal(complaintsAbout(programs), '');
    assert.match(
      complaintsAbout([codeFor({ ...DEFAULTS, mix: 0.5 }).replace('mix', 'blend')]),
      /'blend' does not exist/,
    );
  });

  it('names only what differs from the defaults, without the tails of 32-bit numbers', () => {
    assert.match(codeFor(DEFAULTS), /new DenoiseNode\(context\);/);
    assert.match(
      codeFor({ ...DEFAULTS, mix: Math.fround(0.8), bypass: true }),
      /new DenoiseNode\(context, \{ mix: 0\.8, bypass: true \}\);/,
    );
  });

  it('follows the page: its sliders, the panel, the source, and where the sound goes', () =>
    visit(async ({ page, complaints }) => {
      await start(page);
      await slide(page, '#mix', 0.4);
      await page.waitForFunction(() => /\{ mix: 0\.4 \}/.test(document.querySelector('#code')!.textContent!));
      const inPanel = async (selector: string, value: number) => {
        const input = await page.evaluateHandle(
          (of) =>
            document.querySelector('denoise-panel')!.shadowRoot!.querySelector(of)!.shadowRoot!.querySelector('input')!,
          selector,
        );
        await input.evaluate((element, to) => {
          element.value = String(to);
          element.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
        }, value);
      };
      await inPanel('#limit', 24);
      await inPanel('#gain', -3);
      await page.$eval('denoise-panel', (panel) => panel.shadowRoot!.querySelector<HTMLInputElement>('#on')!.click());
      const expected = '{ mix: 0.4, attenuationLimit: 24, outputGain: -3, bypass: true }';
      await page.waitForFunction(
        (options) => document.querySelector('#code')!.textContent!.includes(options),
        {},
        expected,
      );
      await choose(page, 'microphone');
      assert.match(await textOf(page, '#code'), /noiseSuppression: false, autoGainControl: false/);
      assert.match(await textOf(page, '#code'), /connect\(call\)/);
      // Not by coordinates: what is around these moves while the microphone opens.
      for (const id of ['browser-processing', 'monitor'])
        await page.$eval(`#${id}`, (input) => (input as HTMLInputElement).click());
      assert.match(await textOf(page, '#code'), /noiseSuppression: true, autoGainControl: true/);
      assert.match(await textOf(page, '#code'), /connect\(context\.destination\)/);
      assert.deepEqual(complaints, []);
    }));
});
