import { expect } from '@esm-bundle/chai';
import { executeServerCommand, sendKeys } from '@web/test-runner-commands';
import { english, type SettingChange } from '../../src/panel/define.ts';
import { AFTER_A_SECOND, faultyWorker } from '../main/faulty-worker.ts';
import { visitUnisolated } from '../main/visit-unisolated.ts';
import { prefer, restorePreferences } from '../support/browser-limits.ts';
import {
  DenoiseNode,
  type DenoisePanel,
  inputOf,
  inside,
  nextEvent,
  place,
  sound,
  textOf,
  until,
  untilState,
  wait,
} from './support.ts';

const RATE = 48000;
const SLOW_WORKER = new URL('./fixtures/slow-worker.js', import.meta.url).href;

let context: AudioContext;
let node: DenoiseNode;
let panel: DenoisePanel;

after(restorePreferences);

beforeEach(async () => {
  localStorage.clear();
  context = new AudioContext({ sampleRate: RATE });
});

afterEach(async () => {
  document.body.replaceChildren();
  node?.dispose();
  if (context.state !== 'closed') await context.close();
});

/** A panel on a node that runs, with sound in it. */
async function placeLive(properties: Partial<DenoisePanel> = {}, width?: number): Promise<void> {
  node = new DenoiseNode(context);
  sound(context, node);
  panel = await place({ node, ...properties }, width);
  await node.ready;
  await untilState(panel, 'live');
}

describe('the states of a panel, as it tells them', () => {
  it('says that nothing is connected, and disables its controls', async () => {
    panel = await place();
    expect(panel.state).to.equal('empty');
    expect(textOf(panel, '.state')).to.equal('No sound No denoiser is connected to this panel.');
    for (const control of [
      inputOf(panel, 'mix'),
      inputOf(panel, 'limit'),
      inputOf(panel, 'gain'),
      inside(panel, '#on'),
      inside(panel, '#reset'),
    ]) {
      expect(control).to.have.property('disabled', true);
    }
  });

  it('says that it starts, and then that it is live', async () => {
    node = new DenoiseNode(context);
    panel = await place({ node });
    expect(panel.state).to.equal('starting');
    expect(textOf(panel, '.state')).to.contain('Starting The model is loading.');
    await node.ready;
    await untilState(panel, 'live');
    expect(textOf(panel, '.state')).to.equal('Live Noise is being taken out.');
    expect(inside(panel, '.state').getAttribute('role')).to.equal('status');
  });

  it('says that it is bypassed, by whomever', async () => {
    await placeLive();
    node.bypass.value = 1;
    await until('the panel has seen it', () => textOf(panel, '.state').startsWith('Bypassed'));
    expect(inside<HTMLInputElement>(panel, '#on').checked).to.equal(false);
  });

  it('says that the context is suspended', async () => {
    await placeLive();
    await context.suspend();
    await untilState(panel, 'paused');
    await until('the text is there', () => textOf(panel, '.state').startsWith('Paused'));
    await context.resume();
    await untilState(panel, 'live');
  });

  it('says what message mode is', async () => {
    node = new DenoiseNode(context, { transport: 'message' });
    panel = await place({ node });
    await node.ready;
    await untilState(panel, 'live');
    expect(textOf(panel, '#mode-notice')).to.equal(english.messageByChoice);
    expect(textOf(panel, '#mode')).to.equal('messages');
  });

  it('says that the page is not isolated, where that is the reason', async function () {
    this.timeout(30_000);
    const outcome = await visitUnisolated('test/panel/fixtures/unisolated-panel.html');
    expect(outcome).to.deep.equal({ isolated: false, state: 'live', notice: english.messageNotIsolated });
    expect(english.messageNotIsolated).to.contain('no shared memory: this page is not cross-origin isolated');
  });

  it('says that the machine is overloaded', async () => {
    node = new DenoiseNode(context, { assets: { worker: SLOW_WORKER } });
    sound(context, node);
    panel = await place({ node });
    await untilState(panel, 'overloaded', 30_000);
    expect(textOf(panel, '.state')).to.contain('Overloaded This device cannot keep up');
  });

  it('says that a worker is being replaced', async function () {
    this.timeout(40_000);
    node = new DenoiseNode(context, { assets: { worker: faultyWorker('throw', [AFTER_A_SECOND]) } });
    sound(context, node);
    panel = await place({ node });
    const said: string[] = [];
    new MutationObserver(() => said.push(textOf(panel, '.state'))).observe(inside(panel, '.state'), {
      subtree: true,
      characterData: true,
      childList: true,
    });
    await until(
      'the node has recovered',
      () => said.some((text) => text.startsWith('Recovering')) && panel.state === 'live',
      30_000,
    );
  });

  it('says why it has failed, and tries again when told to', async () => {
    const missing = `${crypto.randomUUID()}/`;
    node = new DenoiseNode(context, { model: `/test/later-model/${missing}` });
    sound(context, node);
    panel = await place({ node });
    await untilState(panel, 'failed');
    expect(textOf(panel, '.state')).to.equal('Failed You hear the original.');
    expect(textOf(panel, '.problem'))
      .to.contain('The model could not be loaded.')
      .and.to.contain('404')
      .and.to.contain('model-load');
    expect(inside(panel, '.problem').getAttribute('role')).to.equal('alert');
    await executeServerCommand('serve-model', missing);
    inside<HTMLButtonElement>(panel, '#retry').click();
    await untilState(panel, 'live');
    expect(panel.shadowRoot!.querySelector('.problem')).to.equal(null);
  });

  it('knows the reason of a failure that was before its time', async () => {
    node = new DenoiseNode(context, { model: 'no-such-model' });
    await nextEvent(node, 'error');
    panel = await place({ node });
    expect(textOf(panel, '.problem')).to.contain('no-such-model');
  });

  it('leaves the retry to an app that cancels it', async () => {
    node = new DenoiseNode(context, { model: 'no-such-model' });
    await nextEvent(node, 'error');
    panel = await place({ node });
    panel.addEventListener('denoise-retry', (event) => event.preventDefault());
    inside<HTMLButtonElement>(panel, '#retry').click();
    expect(node.state).to.equal('failed');
  });

  it('says that the node is gone', async () => {
    await placeLive();
    node.dispose();
    await untilState(panel, 'ended');
    expect(textOf(panel, '.state')).to.equal('Ended This denoiser has been shut down.');
    expect(inputOf(panel, 'mix').disabled).to.equal(true);
  });
});

describe('the controls of a panel', () => {
  it('have names, and values with units', async () => {
    node = new DenoiseNode(context, { mix: 0.25, attenuationLimit: 24, outputGain: -6.5 });
    panel = await place({ node });
    const spoken = (['mix', 'limit', 'gain', 'high-pass', 'target'] as const).map((slider) => {
      const input = inputOf(panel, slider);
      return `${input.labels![0].textContent}: ${input.getAttribute('aria-valuetext')!.replace('\u00a0', ' ')}`;
    });
    expect(spoken).to.deep.equal([
      'Mix: 25 %',
      'Attenuation limit: 24 dB',
      'Output gain: −6.5 dB',
      'High-pass: off',
      'Target level: −20 dB',
    ]);
    expect(inside<HTMLInputElement>(panel, '#auto-gain').labels![0].textContent!.trim()).to.equal('Automatic gain');
    expect(inside(panel, '#on').closest('label')!.textContent!.trim()).to.equal('Denoise');
    expect(inside(panel, '#on').getAttribute('role')).to.equal('switch');
    expect(inside(panel, '[role=group]').getAttribute('aria-labelledby')).to.equal('title');
  });

  it('are reached and moved by keys alone', async () => {
    await placeLive();
    const changes: SettingChange[] = [];
    panel.addEventListener('denoise-change', ({ detail }) => changes.push(detail));
    inside<HTMLInputElement>(panel, '#on').focus();
    await sendKeys({ press: ' ' });
    expect(node.bypass.value).to.equal(1);
    await sendKeys({ press: ' ' });
    expect(node.bypass.value).to.equal(0);
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'ArrowLeft' });
    expect(node.mix.value).to.be.closeTo(0.99, 1e-6);
    await sendKeys({ press: 'Home' });
    expect(node.mix.value).to.equal(0);
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'ArrowDown' });
    expect(node.attenuationLimit.value).to.equal(99);
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'ArrowRight' });
    expect(node.outputGain.value).to.equal(0.5);
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'ArrowRight' });
    expect(node.highPass.value).to.equal(10);
    await sendKeys({ press: 'Tab' });
    expect(inputOf(panel, 'target').disabled).to.equal(true);
    await sendKeys({ press: ' ' });
    expect(node.autoGain.value).to.equal(1);
    await panel.updateComplete;
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'ArrowRight' });
    expect(node.targetLevel.value).to.equal(-19);
    await sendKeys({ press: 'Tab' });
    expect(panel.shadowRoot!.activeElement).to.equal(inside(panel, '#reset'));
    expect(changes).to.deep.equal([
      { setting: 'bypass', value: true },
      { setting: 'bypass', value: false },
      { setting: 'mix', value: 0.99 },
      { setting: 'mix', value: 0 },
      { setting: 'attenuationLimit', value: 99 },
      { setting: 'outputGain', value: 0.5 },
      { setting: 'highPass', value: 10 },
      { setting: 'autoGain', value: true },
      { setting: 'targetLevel', value: -19 },
    ]);
  });

  it('show where the focus is', async () => {
    await placeLive();
    inside<HTMLInputElement>(panel, '#on').focus();
    for (let stop = 0; stop < 7; stop++) {
      let focused: Element = panel;
      while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
      const shown = focused.matches('[role=switch]') ? focused.nextElementSibling! : focused;
      expect(getComputedStyle(shown).outlineStyle, focused.outerHTML).to.equal('solid');
      await sendKeys({ press: 'Tab' });
    }
  });

  it('follow the node, whoever sets it', async () => {
    await placeLive();
    node.attenuationLimit.linearRampToValueAtTime(12, context.currentTime + 0.1);
    await until('the slider is there', () => inputOf(panel, 'limit').value === '12');
  });

  it('take a parameter over from what automates it', async () => {
    await placeLive();
    node.mix.setValueCurveAtTime([1, 0.2, 1], context.currentTime, 30);
    const input = inputOf(panel, 'mix');
    input.value = '0.5';
    input.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    await wait(300);
    expect(node.mix.value).to.equal(0.5);
  });

  it('leave the mix to an app that has a slider of its own', async () => {
    panel = await place({ withoutMix: true });
    expect(panel.shadowRoot!.querySelector('#mix')).to.equal(null);
    expect(inputOf(panel, 'limit')).to.be.instanceOf(HTMLInputElement);
  });

  it('reset the model, and say so', async () => {
    await placeLive();
    let resets = 0;
    panel.addEventListener('denoise-reset', () => {
      resets += 1;
    });
    inside<HTMLButtonElement>(panel, '#reset').click();
    await panel.updateComplete;
    expect(resets).to.equal(1);
    expect(textOf(panel, '.unseen')).to.equal(english.resetDone);
    await untilState(panel, 'live');
  });
});

describe('the choice of a model', () => {
  const models = [
    { value: 'base', label: 'Base' },
    { value: '/test/later-model/never/', label: 'Broken' },
    { value: '/models/base/', label: 'Base again' },
  ];

  it('is a list of names, with that of the node chosen', async () => {
    node = new DenoiseNode(context);
    panel = await place({ node, models });
    const select = inside<HTMLSelectElement>(panel, '#model');
    expect(select.labels![0].textContent).to.contain('Model');
    expect([...select.options].map(({ text }) => text)).to.deep.equal(['Base', 'Broken', 'Base again']);
    expect(select.value).to.equal('base');
  });

  it('goes over to another model while sound runs, and tells so', async () => {
    await placeLive({ models });
    const changed = new Promise<SettingChange>((resolve) =>
      panel.addEventListener('denoise-change', ({ detail }) => resolve(detail)),
    );
    choose('/models/base/');
    expect(await changed).to.deep.equal({ setting: 'model', value: '/models/base/' });
    expect(node.model).to.equal('/models/base/');
    await panel.updateComplete;
    expect(inside<HTMLSelectElement>(panel, '#model').value).to.equal('/models/base/');
  });

  it('keeps the model where another cannot be had, and says why', async () => {
    await placeLive({ models });
    choose('/test/later-model/never/');
    await until('the problem is told', () => panel.shadowRoot!.querySelector('.problem') !== null);
    expect(textOf(panel, '.problem')).to.contain(english.modelFailed).and.to.contain('never');
    expect(inside<HTMLSelectElement>(panel, '#model').value).to.equal('base');
    expect(node.model).to.equal('base');
    // A busy machine may make it say first that it is overloaded.
    await untilState(panel, 'live');
  });

  it('is left out where there is none, and the name of the model stands there', async () => {
    node = new DenoiseNode(context);
    panel = await place({ node });
    expect(panel.shadowRoot!.querySelector('select')).to.equal(null);
    expect(textOf(panel, '#model-name')).to.equal('Model base');
  });

  it('may be left to the node, where it was, and tells which model runs', async () => {
    const all = [...models, { value: 'tiny', label: 'Tiny' }];
    node = new DenoiseNode(context, { model: 'auto' });
    panel = await place({ node, models: all });
    await node.ready;
    await panel.updateComplete;
    const select = inside<HTMLSelectElement>(panel, '#model');
    const running = all.find(({ value }) => value === node.getMetrics().model)?.label;
    expect([select.value, select.options[0].text]).to.deep.equal(['auto', `Automatic (${running})`]);
    expect(select.options).to.have.length(5);
    choose('tiny');
    await until('it is chosen', () => node.model === 'tiny' && select.value === 'tiny');
    await until('it is said', () => select.options[0].text === 'Automatic');
    choose('auto');
    await until('it is left to the node again', () => node.model === 'auto' && select.value === 'auto');
    panel.models = [];
    await panel.updateComplete;
    expect(textOf(panel, '#model-name')).to.equal(`Model Automatic (${node.getMetrics().model})`);
  });

  function choose(value: string): void {
    const select = inside<HTMLSelectElement>(panel, '#model');
    select.value = value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }
});

describe('the figures of a panel', () => {
  it('move while sound runs, and have units', async () => {
    await placeLive();
    await until(
      'the figures are there',
      () => textOf(panel, '#hop') !== '–' && !/^0 dB$/.test(textOf(panel, '#reduction')),
    );
    expect(textOf(panel, '#reduction')).to.match(/^\d+ dB$/);
    expect(textOf(panel, '#voice')).to.match(/^(speech|none)$/);
    expect(textOf(panel, '#latency')).to.match(/^\d+\.\d ms$/);
    expect(textOf(panel, '#hop')).to.match(/^\d+\.\d\d \/ \d+\.\d\d ms$/);
    expect(textOf(panel, '#load')).to.match(/^\d+ %$/);
    expect(textOf(panel, '#queue')).to.match(/^\d+\.\d ms$/);
    expect(textOf(panel, '#underruns')).to.match(/^(none|\d+)$/);
    expect(textOf(panel, '#mode')).to.equal('shared');
  });

  it('have levels of both sides that are true', async () => {
    await placeLive();
    const said = (side: string) =>
      Number(inside(panel, `#level-${side}`).shadowRoot!.querySelector('[role=meter]')!.getAttribute('aria-valuenow'));
    // Uniform noise of amplitude a has a root mean square of a / √3: −24.8 dBFS.
    await until('the level is there', () => Math.abs(said('noisy') + 24.8) < 1.5);
    await until('noise is taken out', () => said('enhanced') < said('noisy') - 3);
  });

  it('claim no reduction where there is none', async () => {
    await placeLive();
    node.bypass.value = 1;
    await until('the panel has seen it', () => textOf(panel, '#reduction') === '–');
  });
});

describe('settings that are kept', () => {
  it('come back in the next node, and only what was set', async () => {
    await placeLive({ persist: 'kitchen' });
    const input = inputOf(panel, 'mix');
    input.value = '0.4';
    input.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    inside<HTMLInputElement>(panel, '#on').click();
    const next = new DenoiseNode(context, { attenuationLimit: 18 });
    await place({ node: next, persist: 'kitchen' });
    expect(next.mix.value).to.be.closeTo(0.4, 1e-6);
    expect([next.bypass.value, next.attenuationLimit.value]).to.deep.equal([1, 18]);
    const stranger = new DenoiseNode(context);
    await place({ node: stranger, persist: 'hall' });
    await place({ node: stranger });
    expect([stranger.mix.value, stranger.bypass.value]).to.deep.equal([1, 0]);
    next.dispose();
    stranger.dispose();
  });

  it('are ignored where they are not ours or out of range', async () => {
    localStorage.setItem(
      'denoise-panel:attic',
      '{"mix": 7, "outputGain": "loud", "bypass": true, "colour": 1, "highPass": 80, "autoGain": true}',
    );
    localStorage.setItem('denoise-panel:cellar', 'no JSON');
    node = new DenoiseNode(context);
    await place({ node, persist: 'cellar' });
    expect([node.mix.value, node.bypass.value]).to.deep.equal([1, 0]);
    await place({ node, persist: 'attic' });
    expect([node.mix.value, node.outputGain.value, node.bypass.value]).to.deep.equal([1, 0, 1]);
    expect([node.highPass.value, node.autoGain.value]).to.deep.equal([80, 1]);
  });

  it('include the model, where it is offered', async () => {
    localStorage.setItem('denoise-panel:den', '{"model": "/models/base/"}');
    node = new DenoiseNode(context);
    await place({ node, persist: 'den' });
    expect(node.model).to.equal('base');
    const models = [
      { value: 'base', label: 'Base' },
      { value: '/models/base/', label: 'Again' },
    ];
    panel = await place({ node, persist: 'den', models });
    await until('the model is there', () => node.model === '/models/base/');
  });

  it('are not kept unless that is asked for', async () => {
    await placeLive();
    inside<HTMLInputElement>(panel, '#on').click();
    expect(localStorage.length).to.equal(0);
  });
});

describe('the layout of a panel', () => {
  /** Columns of the part with pictures and controls, and of the figures. */
  const columnsAt = async (width: number): Promise<number[]> => {
    panel = await place({}, width);
    return ['.body', '.figures'].map(
      (part) => getComputedStyle(inside(panel, part)).gridTemplateColumns.split(' ').length,
    );
  };

  it('goes by its own width, not by that of the window', async () => {
    expect(await columnsAt(320)).to.deep.equal([1, 2]);
    expect(await columnsAt(640)).to.deep.equal([1, 4]);
    expect(await columnsAt(1000)).to.deep.equal([2, 4]);
  });

  it('has room for high-pass and automatic gain from a medium width on', async () => {
    for (const [width, isShown] of [
      [400, false],
      [640, true],
      [1000, true],
    ] as const) {
      panel = await place({}, width);
      for (const control of ['#high-pass', '#auto-gain', '#target'])
        expect(inside(panel, control).checkVisibility(), `${control} at ${width}`).to.equal(isShown);
    }
  });

  it('never scrolls sideways, in either language', async () => {
    await placeLive();
    for (const width of [280, 320, 560, 899, 900, 1200]) {
      for (const lang of ['en', 'de']) {
        // Alone on the page: out of the window, it would rest and have no figures.
        document.body.replaceChildren();
        panel = await place({ lang, node }, width);
        await until('there are figures', () => textOf(panel, '#hop') !== '–');
        await untilState(panel, 'live');
        expect(inside(panel, '.panel').scrollWidth, `${lang}, ${width} px`).to.be.at.most(width);
        for (const value of panel.shadowRoot!.querySelectorAll('dd, dt'))
          expect(value.scrollWidth, value.textContent!).to.be.at.most(value.clientWidth);
      }
    }
  });

  it('moves nothing by transition where less motion is asked for', async function () {
    await prefer(this, { reducedMotion: 'reduce' });
    panel = await place();
    expect(getComputedStyle(inside(panel, '.knob')).transitionDuration).to.match(/^0s$/);
    const view = inside(panel, '#picture-enhanced').shadowRoot!;
    expect(view.querySelector('[part=times]')!.textContent).to.equal('6 s across');
    await prefer(this, { reducedMotion: 'no-preference' });
    await until('the axis moves again', () => view.querySelector('[part=times]')!.textContent!.includes('now'));
  });
});
