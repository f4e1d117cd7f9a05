import { expect } from '@esm-bundle/chai';
import { sendKeys, sendMouse } from '@web/test-runner-commands';
import { english, registerLocale } from '../../src/panel/define.ts';
import { directionOf } from '../../src/panel/locales/direction.ts';
import { rightToLeft } from './right-to-left.ts';
import { DenoiseNode, type DenoisePanel, inside, place, sound, until, untilState } from './support.ts';

registerLocale(rightToLeft);

afterEach(() => {
  document.body.replaceChildren();
  for (const element of [document.documentElement, document.body]) {
    element.removeAttribute('lang');
    element.removeAttribute('dir');
  }
});

type Part = Element | DOMRect;

/** The nearest of some parts to the left edge of the window, from left to right. */
function fromLeft(parts: Readonly<Record<string, Part>>): string[] {
  const leftOf = (part: Part): number => (part instanceof DOMRect ? part : part.getBoundingClientRect()).left;
  return Object.entries(parts)
    .sort(([, a], [, b]) => leftOf(a) - leftOf(b))
    .map(([name]) => name);
}

/** Bounds of a text alone, without the room beside it. */
function textBounds(element: Element): DOMRect {
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getBoundingClientRect();
}

const partOf = (panel: DenoisePanel, element: string, selector: string): Element =>
  inside(panel, element).shadowRoot!.querySelector(selector)!;

/** Parts of a wide panel by pairs and rows, each from left to right. */
function layoutOf(panel: DenoisePanel): string[][] {
  const [first, second] = panel.shadowRoot!.querySelectorAll('dt');
  const [oldest, , , newest] = inside(panel, '#picture-enhanced').shadowRoot!.querySelectorAll('.times span');
  return [
    fromLeft({ title: textBounds(inside(panel, '.title')), switch: inside(panel, '.switch') }),
    fromLeft({ lamp: inside(panel, '.lamp'), state: inside(panel, 'strong'), sentence: inside(panel, '.sentence') }),
    fromLeft({ stage: inside(panel, '.stage'), controls: inside(panel, '.controls') }),
    fromLeft({ side: inside(panel, '.name'), meter: inside(panel, '#level-noisy') }),
    fromLeft({ bar: partOf(panel, '#level-noisy', '.bar'), level: textBounds(partOf(panel, '#level-noisy', 'bdi')) }),
    fromLeft({ label: partOf(panel, '#gain', 'label'), value: partOf(panel, '#gain', 'output') }),
    fromLeft({ dry: inside(panel, '[slot=start]'), wet: inside(panel, '[slot=end]') }),
    fromLeft({ model: textBounds(inside(panel, '#model-name')), reset: inside(panel, '#reset') }),
    fromLeft({ one: textBounds(first), two: textBounds(second) }),
    fromLeft({
      hertz: textBounds(partOf(panel, '#picture-enhanced', '.frequencies span')),
      plot: partOf(panel, '#picture-enhanced', '.plot'),
    }),
    fromLeft({ oldest, newest }),
  ];
}

const mirrored = (layout: string[][]): string[][] =>
  layout.map((row, i) => (i === layout.length - 1 ? row : [...row].reverse()));

async function placeWide(properties: Partial<DenoisePanel> = {}): Promise<DenoisePanel> {
  const panel = await place(properties, 1000);
  await until(
    'the axes are labelled',
    () => textBounds(partOf(panel, '#picture-enhanced', '.frequencies span')).width > 0,
  );
  return panel;
}

describe('the direction of a language', () => {
  it('is that of its script', () => {
    for (const tag of ['ar', 'he', 'fa-IR', 'ur', 'yi', 'dv', 'ckb', 'ku-Arab', 'az-Arab', 'syr', 'sd'])
      expect(directionOf(tag), tag).to.equal('rtl');
    for (const tag of ['en', 'de-AT', 'fr', 'ja', 'zh-Hant', 'ku', 'az', 'he-Latn', 'tlh', 'mn-Mong'])
      expect(directionOf(tag), tag).to.equal('ltr');
  });
});

describe('a panel from right to left', () => {
  const context = new AudioContext({ sampleRate: 48000 });
  const node = new DenoiseNode(context);

  before(() => sound(context, node));

  after(async () => {
    node.dispose();
    await context.close();
  });

  it('is mirrored, time apart', async () => {
    const usual = layoutOf(await placeWide({ node }));
    expect(usual.at(-1)).to.deep.equal(['oldest', 'newest']);
    document.body.replaceChildren();
    expect(layoutOf(await placeWide({ node, lang: 'he' }))).to.deep.equal(mirrored(usual));
  });

  it('is so by the script of its language, or where its strings say so', async () => {
    const directionIn = async (properties: Partial<DenoisePanel>): Promise<string> =>
      getComputedStyle(inside(await place(properties), '.panel')).direction;
    expect(await directionIn({ lang: 'he' })).to.equal('rtl');
    expect(await directionIn({ lang: 'en' })).to.equal('ltr');
    expect(await directionIn({ strings: { ...english, direction: 'rtl' } })).to.equal('rtl');
    expect(await directionIn({ strings: { ...rightToLeft, direction: 'ltr' } })).to.equal('ltr');
  });

  it('is so by dir of itself, of what is around it and of the page before that, while they change', async () => {
    const panel = await place({ lang: 'en' });
    const direction = (): string => getComputedStyle(inside(panel, '.panel')).direction;
    document.documentElement.dir = 'rtl';
    await until('it follows the page', () => direction() === 'rtl');
    document.body.dir = 'ltr';
    await until('it follows what is around it', () => direction() === 'ltr');
    panel.dir = 'rtl';
    await until('it has a direction of its own', () => direction() === 'rtl');
    panel.lang = 'he';
    panel.removeAttribute('dir');
    await panel.updateComplete;
    await until('it follows what is around it again', () => direction() === 'ltr');
    document.body.removeAttribute('dir');
    document.documentElement.removeAttribute('dir');
    await until('it follows its language', () => direction() === 'rtl');
  });

  it('never scrolls sideways', async () => {
    for (const width of [280, 320, 560, 899, 900, 1200]) {
      document.body.replaceChildren();
      const panel = await place({ lang: 'he', node }, width);
      expect(inside(panel, '.panel').scrollWidth, `${width} px`).to.be.at.most(width);
      expect(document.documentElement.scrollWidth).to.be.at.most(Math.max(width + 16, innerWidth));
    }
  });

  it('writes values from left to right, so that their unit stands behind them, and words as they run', async () => {
    const panel = await place({ lang: 'he', node });
    await node.ready;
    await untilState(panel, 'live');
    await until('there are figures', () => inside(panel, '#load').textContent !== '–');
    const directionOfText = (element: Element): string => getComputedStyle(element.querySelector('bdi')!).direction;
    const of = (id: string): string => directionOfText(inside(panel, id));
    expect(getComputedStyle(inside(panel, '#load')).direction).to.equal('rtl');
    expect([of('#load'), of('#latency'), of('#reduction')]).to.deep.equal(['ltr', 'ltr', 'ltr']);
    expect(of('#voice')).to.equal('rtl');
    expect(directionOfText(partOf(panel, '#gain', 'output'))).to.equal('ltr');
    expect(directionOfText(partOf(panel, '#limit', 'output'))).to.equal('rtl');
    expect(getComputedStyle(inside(panel, '.sentence')).direction).to.equal('rtl');
  });
});

describe('the parts from right to left', () => {
  it('have sliders whose arrow keys and ends follow the direction, as native ones do', async () => {
    for (const [direction, key, ends] of [
      ['ltr', 'ArrowRight', [0, 1]],
      ['rtl', 'ArrowLeft', [1, 0]],
    ] as const) {
      document.documentElement.dir = direction;
      const slider = Object.assign(document.createElement('denoise-slider'), { value: 0.5, label: 'Mix' });
      document.body.append(slider);
      await slider.updateComplete;
      slider.focus();
      await sendKeys({ press: key });
      // WebKit's own do not turn their arrow keys round.
      const native = Object.assign(document.createElement('input'), { type: 'range', value: '50' });
      document.body.append(native);
      native.focus();
      await sendKeys({ press: key });
      expect(slider.value, direction).to.be.closeTo(native.valueAsNumber / 100, 1e-9);
      expect(slider.value, direction).to.not.be.closeTo(0.5, 1e-3);
      native.remove();
      const { left, right, bottom } = slider.shadowRoot!.querySelector('input')!.getBoundingClientRect();
      const y = Math.round(bottom - 18);
      await sendMouse({ type: 'click', position: [Math.round(left) + 3, y] });
      const atLeft = slider.value;
      await sendMouse({ type: 'click', position: [Math.round(right) - 3, y] });
      expect([atLeft, slider.value], direction).to.deep.equal(ends);
      slider.remove();
    }
  });

  it('fill their sliders from the side of the lowest value', async () => {
    const slider = document.createElement('denoise-slider');
    document.body.append(slider);
    await slider.updateComplete;
    const fill = (): string => getComputedStyle(slider.shadowRoot!.querySelector('input')!).getPropertyValue('--paint');
    expect(fill()).to.match(/linear-gradient\(\s*90deg/);
    document.documentElement.dir = 'rtl';
    expect(fill()).to.match(/linear-gradient\(\s*270deg/);
  });

  it('let levels grow from the right', async () => {
    document.documentElement.dir = 'rtl';
    const meter = Object.assign(document.createElement('denoise-meter'), { label: 'In', level: -15 });
    document.body.append(meter);
    await meter.updateComplete;
    const bar = meter.shadowRoot!.querySelector('.bar')!.getBoundingClientRect();
    const peak = meter.shadowRoot!.querySelector('.peak')!.getBoundingClientRect();
    // The mark is the beginning of its box: three quarters of the way from the right.
    expect(peak.right).to.be.closeTo(bar.right - 0.75 * bar.width, 1);
  });
});
