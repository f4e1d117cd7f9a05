import { expect } from '@esm-bundle/chai';
import * as bundled from '../../src/panel/locales/index.ts';
import { onLocaleRegistered, registerLocale, stringsFor } from '../../src/panel/locales/registry.ts';
import { DenoiseNode, type DenoisePanel, inputOf, inside, place, textOf, until, untilState } from './support.ts';

const { english, french, german } = bundled;

afterEach(() => {
  document.body.replaceChildren();
  for (const element of [document.documentElement, document.body]) {
    element.removeAttribute('lang');
    element.removeAttribute('dir');
  }
});

const titleOf = (panel: DenoisePanel): string => textOf(panel, '#title');

/** Waits until a panel shows a title. */
const untilTitled = (panel: DenoisePanel, title: string): Promise<void> =>
  until(`the title is "${title}"`, () => titleOf(panel) === title, 2000);

describe('the registry of languages', () => {
  it('knows English, French and German, and what regions speak of them', () => {
    expect(stringsFor('en')).to.equal(english);
    expect(stringsFor('de')).to.equal(german);
    expect(stringsFor('DE-at')).to.equal(german);
    expect(stringsFor('fr-CA')).to.equal(french);
    expect(stringsFor('de-Latn-CH-1996')).to.equal(german);
  });

  it('answers in English where it has no such language, or none is named', () => {
    for (const tag of ['', 'tlh', 'x', '-', 'not a tag', 'deutsch']) expect(stringsFor(tag), tag).to.equal(english);
  });

  it('takes a region before its language', () => {
    const swiss = { ...german, locale: 'de-CH', title: 'Rauschunterdrückung, aber schweizerisch' };
    registerLocale(swiss);
    expect(stringsFor('de-ch')).to.equal(swiss);
    expect(stringsFor('de-AT')).to.equal(german);
  });

  it('tells its listeners of a new language', () => {
    let calls = 0;
    onLocaleRegistered(() => {
      calls += 1;
    });
    registerLocale({ ...english, locale: 'cy' });
    expect(calls).to.equal(1);
  });

  it('refuses what is no language tag', () => {
    expect(() => registerLocale({ ...english, locale: 'en_GB' })).to.throw(RangeError, /BCP 47 tag.*got 'en_GB'/);
    expect(() => registerLocale({ ...english, locale: '' })).to.throw(RangeError);
  });
});

describe('the languages that come along', () => {
  it('have a string for every state and every error', () => {
    for (const strings of Object.values(bundled)) {
      for (const { name, sentence } of Object.values(strings.states)) expect([name, sentence]).to.not.include('');
      expect(Object.keys(strings.states)).to.have.lengthOf(9);
      expect(Object.values(strings.errors)).to.have.lengthOf(9).and.to.not.include('');
    }
  });

  it('leave nothing in English', () => {
    const same = (strings: typeof english): string[] =>
      Object.entries(english)
        .filter(([key, value]) => typeof value === 'string' && value === strings[key as keyof typeof strings])
        .map(([key]) => key);
    expect(same(german)).to.deep.equal([]);
    // French has the word from which English has it.
    expect(same(french)).to.deep.equal(['mode']);
  });
});

describe('the language of a panel', () => {
  it('is that of its lang', async () => {
    const panel = await place({ lang: 'de' });
    expect(panel.getAttribute('lang')).to.equal('de');
    expect(textOf(panel, '.state')).to.equal('Kein Ton An dieses Feld ist kein Entrauscher angeschlossen.');
    expect(inputOf(panel, 'gain').getAttribute('aria-valuetext')).to.equal('0,0\u00a0dB');
    panel.lang = 'fr';
    await panel.updateComplete;
    expect(textOf(panel, '.state')).to.equal('Aucun son Aucun débruiteur n’est relié à ce panneau.');
    panel.lang = 'en';
    await panel.updateComplete;
    expect(textOf(panel, '.state')).to.equal('No sound No denoiser is connected to this panel.');
  });

  it('is that of all it says of a node, numbers included', async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    const node = new DenoiseNode(context, { outputGain: -6.5 });
    const panel = await place({ node, lang: 'de' });
    await node.ready;
    await untilState(panel, 'live');
    expect(textOf(panel, '.state')).to.equal('Läuft Rauschen wird entfernt.');
    expect(inputOf(panel, 'gain').getAttribute('aria-valuetext')).to.equal('−6,5\u00a0dB');
    panel.lang = 'en';
    await panel.updateComplete;
    expect(textOf(panel, '.state')).to.equal('Live Noise is being taken out.');
    expect(inputOf(panel, 'gain').getAttribute('aria-valuetext')).to.equal('−6.5\u00a0dB');
    node.dispose();
    await context.close();
  });

  it('is that of the nearest element around it, regions included', async () => {
    document.documentElement.lang = 'fr';
    document.body.lang = 'de-AT';
    const panel = await place();
    expect(titleOf(panel)).to.equal(german.title);
    panel.lang = 'en';
    await panel.updateComplete;
    expect(titleOf(panel)).to.equal(english.title);
  });

  it('follows the page, and what is around the panel, while they change', async () => {
    const panels = [await place(), await place()];
    expect(panels.map(titleOf)).to.deep.equal([english.title, english.title]);
    document.documentElement.lang = 'de';
    for (const panel of panels) await untilTitled(panel, german.title);
    document.body.lang = 'fr-CH';
    for (const panel of panels) await untilTitled(panel, french.title);
    document.body.removeAttribute('lang');
    await untilTitled(panels[0], german.title);
    panels[0].remove();
    document.documentElement.lang = 'fr';
    await untilTitled(panels[1], french.title);
    document.body.append(panels[0]);
    await untilTitled(panels[0], french.title);
  });

  it('is found beyond the shadow roots in which a panel stands, and followed there', async () => {
    const host = document.createElement('div');
    const room = document.createElement('section');
    host.attachShadow({ mode: 'open' }).append(room);
    document.body.append(host);
    document.documentElement.lang = 'de';
    const panel = await place();
    room.append(panel);
    await untilTitled(panel, german.title);
    room.lang = 'fr';
    await untilTitled(panel, french.title);
  });

  it('can be one of an app, which panels in the page take up', async () => {
    const panel = await place({ lang: 'nl-BE' });
    expect(titleOf(panel)).to.equal(english.title);
    registerLocale({ ...english, locale: 'nl', title: 'Ruisonderdrukking' });
    await untilTitled(panel, 'Ruisonderdrukking');
    expect(inside(panel, '.panel').getAttribute('lang')).to.equal('nl');
  });

  it('gives way to strings of the panel, all or some', async () => {
    const panel = await place({ lang: 'fr', strings: { ...german, title: 'Klare Stimme' } });
    expect(titleOf(panel)).to.equal('Klare Stimme');
    expect(inside(panel, '.panel').getAttribute('lang')).to.equal('de');
  });

  it('is watched by one observer for all panels', async () => {
    const { MutationObserver } = window;
    let made = 0;
    window.MutationObserver = class extends MutationObserver {
      constructor(callback: MutationCallback) {
        super(callback);
        made += 1;
      }
    };
    for (let i = 0; i < 3; i++) await place();
    window.MutationObserver = MutationObserver;
    expect(made).to.be.at.most(1);
  });
});
