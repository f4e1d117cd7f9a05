import { expect } from '@esm-bundle/chai';
import type Axe from 'axe-core';
import 'axe-core';
import { prefer, restorePreferences } from '../support/browser-limits.ts';
import { DenoiseNode, type DenoisePanel, nextEvent, place, sound, textOf, until, untilState } from './support.ts';

/** The library is a classic script, which leaves itself in the global scope. */
const { axe } = globalThis as unknown as { axe: typeof Axe };

const LAYOUTS = { compact: 320, medium: 640, full: 1000 };

const models = [
  { value: 'base', label: 'Base' },
  { value: 'other', label: 'Another' },
];

/** What axe-core finds in everything on the page, by rule, with the elements. */
async function violations(): Promise<string[]> {
  const { violations, passes } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  // Were the shadow trees not looked into, there would be nothing to find.
  expect(passes.map(({ id }) => id)).to.include.members(['label', 'color-contrast', 'aria-meter-name']);
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
  );
}

describe('axe-core finds nothing', () => {
  let context: AudioContext;
  const nodes: DenoiseNode[] = [];

  beforeEach(() => {
    context = new AudioContext({ sampleRate: 48000 });
  });

  afterEach(async () => {
    document.body.replaceChildren();
    document.body.removeAttribute('style');
    for (const node of nodes.splice(0)) node.dispose();
    await context.close();
  });

  after(restorePreferences);

  function make(options: ConstructorParameters<typeof DenoiseNode>[1] = {}): DenoiseNode {
    const node = new DenoiseNode(context, options);
    nodes.push(node);
    return node;
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [layout, width] of Object.entries(LAYOUTS)) {
      it(`in the ${layout} layout, ${colorScheme}, in any state`, async function () {
        this.timeout(60_000);
        await prefer(this, { colorScheme });
        const live = make({ transport: 'message' });
        sound(context, live);
        const failed = make({ model: 'no-such-model' });
        await Promise.all([live.ready, nextEvent(failed, 'error')]);
        const panels: DenoisePanel[] = [];
        for (const properties of [{}, { node: failed }, { node: live, models }, { node: live, lang: 'de' }])
          panels.push(await place(properties, width));
        await untilState(panels[2], 'live');
        const paper = getComputedStyle(panels[0].shadowRoot!.querySelector('.panel')!).backgroundColor;
        expect(paper).to.equal(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(18, 22, 29)');
        // In the full layout there is more to open.
        if (layout === 'full') {
          panels[2].shadowRoot!.querySelector('summary')!.click();
          await until('it is found out', () => /ms/.test(textOf(panels[2], '#finding')), 20_000);
        }
        expect(await violations()).to.deep.equal([]);
        live.bypass.value = 1;
        await untilState(panels[2], 'bypassed');
        expect(await violations()).to.deep.equal([]);
      });
    }
  }

  it('where an app asks for the other theme than the system has', async function () {
    await prefer(this, { colorScheme: 'light' });
    await place({ theme: 'dark' });
    await prefer(this, { colorScheme: 'dark' });
    await place({ theme: 'light' });
    expect(await violations()).to.deep.equal([]);
  });
});
