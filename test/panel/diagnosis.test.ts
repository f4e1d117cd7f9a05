import { expect } from '@esm-bundle/chai';
import { english } from '../../src/panel/define.ts';
import { DenoiseNode, type DenoisePanel, inside, place, textOf, until } from './support.ts';

describe('what a panel says about its page and device', () => {
  let context: AudioContext;
  let node: DenoiseNode;
  let panel: DenoisePanel;

  beforeEach(async () => {
    context = new AudioContext({ sampleRate: 48000 });
    node = new DenoiseNode(context);
    await node.ready;
  });

  afterEach(async () => {
    document.body.replaceChildren();
    await node.dispose();
    await context.close();
  });

  async function untilFound(): Promise<void> {
    await until('it is found out', () => inside(panel, '.finding').getAttribute('aria-busy') === 'false', 20_000);
  }

  it('is in the full layout alone, and closed', async () => {
    for (const [width, isShown] of [
      [640, false],
      [1000, true],
    ] as const) {
      panel = await place({ node }, width);
      const details = inside<HTMLDetailsElement>(panel, '.diagnosis');
      expect(details.checkVisibility(), `${width} px`).to.equal(isShown);
      expect(details.open).to.equal(false);
    }
    expect(textOf(panel, 'summary')).to.equal(english.diagnosis);
  });

  it('is found out when it is opened, in English sentences, and again when asked', async () => {
    panel = await place({ node, lang: 'de' }, 1000);
    inside(panel, 'summary').click();
    await until('it is being found out', () => inside(panel, '.finding').getAttribute('aria-busy') === 'true');
    expect(textOf(panel, '#finding')).to.equal('Wird geprüft …');
    await untilFound();
    expect(textOf(panel, '#finding')).to.match(/^This page can.* base takes [\d.]+ ms for each 10 ms/);
    expect(inside(panel, '#finding bdi').lang).to.equal('en');
    inside(panel, '#diagnose').click();
    await panel.updateComplete;
    expect(inside<HTMLButtonElement>(panel, '#diagnose').disabled).to.equal(true);
    await untilFound();
  });

  it('is forgotten with the node', async () => {
    panel = await place({ node }, 1000);
    inside(panel, 'summary').click();
    await until('something is found', () => textOf(panel, '#finding').startsWith('This page'), 20_000);
    const other = new DenoiseNode(context, { assets: { models: '/nowhere/' } });
    other.addEventListener('error', () => {});
    panel.node = other;
    await panel.updateComplete;
    expect(textOf(panel, '#finding')).to.equal('');
    inside(panel, '#diagnose').click();
    await until('its own is found', () => textOf(panel, '#finding').includes('/nowhere/base.bin'), 20_000);
    panel.node = null;
    await panel.updateComplete;
    expect(panel.shadowRoot!.querySelector('.diagnosis')).to.equal(null);
    await other.dispose();
  });
});
