import { expect } from '@esm-bundle/chai';
import { LabelledSlider } from '../../src/panel/labelled-slider.ts';
import { LevelMeter } from '../../src/panel/level-meter.ts';
import { COLOUR_MAP } from '../../src/panel/spectrogram/colour-map.ts';
import { SpectrogramView } from '../../src/panel/spectrogram-view.ts';
import { until } from '../main/support.ts';

customElements.define('test-slider', LabelledSlider);
customElements.define('test-meter', LevelMeter);
customElements.define('test-spectrogram', SpectrogramView);

async function place<T extends HTMLElement & { updateComplete: Promise<boolean> }>(
  tag: string,
  properties: Partial<T>,
): Promise<T> {
  const element = Object.assign(document.createElement(tag) as T, properties);
  document.body.append(element);
  await element.updateComplete;
  return element;
}

describe('the labelled slider', () => {
  it('is a native range with a name and a value as text', async () => {
    const slider = await place<LabelledSlider>('test-slider', {
      label: 'Limit',
      max: 100,
      step: 1,
      value: 30,
      words: (value) => `${value} dB`,
    });
    const input = slider.shadowRoot!.querySelector('input')!;
    expect(input.labels![0].textContent).to.equal('Limit');
    expect(input.getAttribute('aria-valuetext')).to.equal('30 dB');
    expect(slider.shadowRoot!.querySelector('output')!.textContent).to.equal('30 dB');
    expect(input.valueAsNumber).to.equal(30);
  });

  it('has its new value when its input event is heard outside', async () => {
    const slider = await place<LabelledSlider>('test-slider', { value: 1 });
    let heard: number | undefined;
    slider.addEventListener('input', () => {
      heard = slider.value;
    });
    const input = slider.shadowRoot!.querySelector('input')!;
    input.value = '0.25';
    input.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    expect(heard).to.equal(0.25);
  });

  it('takes the focus for its input', async () => {
    const slider = await place<LabelledSlider>('test-slider', {});
    slider.focus();
    expect(slider.shadowRoot!.activeElement).to.equal(slider.shadowRoot!.querySelector('input'));
  });
});

/** How far bar and mark of a meter reach, percent. */
function shownBy(meter: LevelMeter): { bar: number; mark: number } {
  const styleOf = (selector: string) => meter.shadowRoot!.querySelector<HTMLElement>(selector)!.style;
  const [, right] = styleOf('.fill').clipPath.match(/inset\(0(?:px|%)? ([\d.]+)%/)!;
  const [, mark] = styleOf('.peak').transform.match(/translateX\(([\d.]+)%\)/)!;
  return { bar: 100 - Number(right), mark: Number(mark) };
}

describe('the level meter', () => {
  it('shows a level in its range and says it in decibels', async () => {
    const meter = await place<LevelMeter>('test-meter', { label: 'In', level: -30 });
    const bar = meter.shadowRoot!.querySelector('[role=meter]')!;
    expect(bar.getAttribute('aria-valuenow')).to.equal('-30');
    expect(bar.getAttribute('aria-valuetext')).to.equal('−30 dB');
    expect(shownBy(meter)).to.deep.equal({ bar: 50, mark: 50 });
  });

  it('takes silence for the low end, and keeps the peak for a while', async () => {
    const meter = await place<LevelMeter>('test-meter', { level: -15 });
    meter.level = Number.NEGATIVE_INFINITY;
    await meter.updateComplete;
    expect(meter.shadowRoot!.querySelector('[role=meter]')!.getAttribute('aria-valuetext')).to.equal('silent');
    expect(shownBy(meter)).to.deep.equal({ bar: 0, mark: 75 });
  });
});

describe('the spectrogram', () => {
  it('labels its axes in kilohertz and seconds, and leaves out what has no room', async () => {
    const view = await place<SpectrogramView>('test-spectrogram', { label: 'Noisy' });
    const shown = (part: string) =>
      [...view.shadowRoot!.querySelectorAll<HTMLElement>(`[part=${part}] span`)].filter(({ hidden }) => !hidden);
    Object.assign(view.style, { width: '300px', height: '220px' });
    await until('all labels have room', () => shown('frequencies').length === 6);
    expect(shown('frequencies').map(({ textContent }) => textContent)).to.deep.equal([
      '8',
      '4',
      '2',
      '1',
      '0.5',
      '0.25',
    ]);
    expect(shown('times').map(({ textContent }) => textContent)).to.deep.equal(['−6 s', '−4 s', '−2 s', 'now']);
    view.style.height = '90px';
    await until('fewer labels are left', () => shown('frequencies').length < 6);
    const tops = shown('frequencies').map((label) => label.getBoundingClientRect());
    for (let i = 1; i < tops.length; i++) expect(tops[i].top).to.be.at.least(tops[i - 1].bottom);
    expect(view.shadowRoot!.querySelector('[role=img]')!.getAttribute('aria-label')).to.equal('Noisy');
  });

  it('draws a tone at its height, bright on dark', async () => {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context);
    const tone = new OscillatorNode(context, { frequency: 2000 });
    tone
      .connect(analyser)
      .connect(new GainNode(context, { gain: 0 }))
      .connect(context.destination);
    tone.start();
    const view = await place<SpectrogramView>('test-spectrogram', { seconds: 1 });
    Object.assign(view.style, { width: '300px', height: '220px' });
    view.analyser = analyser;
    while (context.currentTime < 1) {
      await new Promise(requestAnimationFrame);
      view.draw();
    }
    const canvas = view.shadowRoot!.querySelector('canvas')!;
    const { data, width, height } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const x = Math.round(0.7 * width);
    const brightness = Array.from({ length: height }, (_, y) => data[4 * (y * width + x) + 1]);
    const brightest = brightness.indexOf(Math.max(...brightness)) / height;
    const { frequencyToHeight } = await import('../../src/panel/spectrogram/frequency-axis.ts');
    expect(1 - brightest).to.be.closeTo(frequencyToHeight(2000), 0.03);
    expect(Math.max(...brightness)).to.be.above(180);
    expect(brightness[2]).to.be.below(80);
    await context.close();
  });

  it('gets steadily lighter with level', () => {
    const lightness = Array.from(
      { length: 256 },
      (_, i) => 0.2126 * COLOUR_MAP[4 * i] + 0.7152 * COLOUR_MAP[4 * i + 1] + 0.0722 * COLOUR_MAP[4 * i + 2],
    );
    for (let i = 1; i < 256; i++) expect(lightness[i]).to.be.at.least(lightness[i - 1] - 0.5);
  });
});
