import { expect } from '@esm-bundle/chai';
import { DenoiseNode, figuresSince, noise, play, record, rms, until } from '../main/support.ts';
import { needsSound } from '../support/browser-limits.ts';
import { addNeighbour, automation, DenoiseModule, type Host, prepare } from './support.ts';

const RATE = 48000;

/** The native input of a slider of a panel. */
function sliderOf(panel: Element, id: 'mix' | 'limit' | 'gain'): HTMLInputElement {
  return panel.shadowRoot!.querySelector(`#${id}`)!.shadowRoot!.querySelector('input')!;
}

function slide(input: HTMLInputElement, value: number): void {
  input.value = String(value);
  input.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
}

describe('the Web Audio Module in a running context', () => {
  let host: Host<AudioContext>;

  beforeEach(async () => {
    host = await prepare(new AudioContext({ sampleRate: RATE }));
  });

  afterEach(async () => {
    if (host.context.state !== 'closed') await host.context.close();
  });

  it('carries out events when their time comes, and tells of each', async function () {
    await needsSound(this);
    const { context, groupId } = host;
    const { audioNode } = await DenoiseModule.createInstance(groupId, context, {
      parameterValues: { mix: { value: 0 } },
    });
    const source = play(context, noise(RATE, 0.1));
    source.loop = true;
    source.connect(audioNode).connect(context.destination);
    source.start();
    const told: [string, number][] = [];
    audioNode.addEventListener('wam-automation', ({ detail }: CustomEvent) => {
      told.push([detail.data.id, detail.data.value]);
    });
    const time = context.currentTime + 0.3;
    audioNode.scheduleEvents(automation('outputGain', -30, time), automation('mix', 0.25, time + 3600));
    expect((await audioNode.getParameterValues()).outputGain.value).to.equal(0);
    await until('the event was told', () => told.length > 0);
    expect(context.currentTime).to.be.at.least(time - 0.1);
    expect(told).to.deep.equal([['outputGain', -30]]);
    expect(audioNode.outputGain.value).to.equal(-30);
    await figuresSince(audioNode, context.currentTime + 0.2);
    const [sent, heard] = await record(context, [source, audioNode], 0.5);
    expect(20 * Math.log10(rms(heard) / rms(sent))).to.be.closeTo(-30, 1);
    await audioNode.clearEvents();
    await audioNode.destroy();
  });

  it('comes, sets and tells its state while the context stands still', async () => {
    const { context, groupId } = host;
    await context.suspend();
    const { audioNode } = await DenoiseModule.createInstance(groupId, context);
    await audioNode.setParameterValues({ mix: { id: 'mix', value: 0.5, normalized: false } });
    expect((await audioNode.getState()).parameterValues.mix.value).to.equal(0.5);
    await audioNode.destroy();
  });

  it('has as many panels as are asked for, which show and set the same', async () => {
    const module = await DenoiseModule.createInstance(host.groupId, host.context);
    const { audioNode } = module;
    const panels = [await module.createGui(), await module.createGui()];
    expect(panels[0]).not.to.equal(panels[1]);
    // One over the other: a panel out of sight rests, and shows nothing new.
    for (const panel of panels) panel.style.cssText = 'position: absolute; inset-block-start: 0';
    document.body.append(...panels);
    const ready = (panel: Element): boolean =>
      panel.shadowRoot?.querySelector('#mix')?.shadowRoot?.querySelector('input') != null;
    await until('both are there', () => panels.every(ready));
    const told: object[] = [];
    audioNode.addEventListener('wam-automation', ({ detail }: CustomEvent) => told.push(detail.data));
    slide(sliderOf(panels[0], 'mix'), 0.5);
    expect(told).to.deep.equal([{ id: 'mix', value: 0.5, normalized: false }]);
    expect((await audioNode.getParameterValues(false, 'mix')).mix.value).to.equal(0.5);
    await until('the other shows it', () => sliderOf(panels[1], 'mix').value === '0.5');
    await audioNode.setParameterValues({ mix: { id: 'mix', value: 0.25, normalized: false } });
    await until('both show what the host sets', () => panels.every((panel) => sliderOf(panel, 'mix').value === '0.25'));
    module.destroyGui(panels[0]);
    expect(panels.map((panel) => panel.isConnected)).to.deep.equal([false, true]);
    slide(sliderOf(panels[1], 'mix'), 1);
    expect((await audioNode.getParameterValues(false, 'mix')).mix.value).to.equal(1);
    module.destroyGui(panels[1]);
    module.destroyGui(document.createElement('p'));
    await audioNode.destroy();
  });

  it('ends with its context, and answers all the same', async () => {
    const { audioNode } = await DenoiseModule.createInstance(host.groupId, host.context);
    const asked = audioNode.getState();
    await host.context.close();
    await until('it is disposed', () => audioNode.state === 'disposed');
    expect((await asked).model).to.equal('base');
    await audioNode.setParameterValues({ mix: { id: 'mix', value: 0, normalized: false } });
    await audioNode.clearEvents();
    expect((await audioNode.getState()).parameterValues.mix.value).to.equal(0);
    await audioNode.destroy();
  });

  it('says so where its context closes before it is there', async () => {
    await host.context.suspend(); // One that runs takes its time to close in some browsers.
    const coming = DenoiseModule.createInstance(host.groupId, host.context);
    const failed = coming.then(
      () => undefined,
      (error: Error) => error,
    );
    await host.context.close();
    expect((await failed)?.name).to.equal('InvalidStateError');
  });

  it('passes the dry sound where its model does not come, and says so in its panel', async () => {
    const module = await DenoiseModule.createInstance(host.groupId, host.context, { model: '/no/such/model/' });
    const { audioNode } = module;
    expect([module.initialized, audioNode.state, audioNode.error?.code]).to.deep.equal([true, 'failed', 'model-load']);
    const panel = await module.createGui();
    document.body.append(panel);
    await until('the panel tells', () => (panel as unknown as { state: string }).state === 'failed');
    await audioNode.setState({ model: 'tiny' });
    expect([audioNode.state, audioNode.model]).to.deep.equal(['running', 'tiny']);
    module.destroyGui(panel);
    await audioNode.destroy();
  });

  it('leaves nothing behind after 50 were made and destroyed', async function () {
    this.timeout(120_000);
    const neighbour = await addNeighbour(host);
    for (let i = 0; i < 50; i++) {
      const module = await DenoiseModule.createInstance(host.groupId, host.context);
      module.audioNode.connect(host.context.destination);
      module.audioNode.scheduleEvents(automation('mix', 0, host.context.currentTime + 3600));
      await module.audioNode.destroy();
    }
    let others = await neighbour.others();
    for (let tries = 0; tries < 100 && others.length > 0; tries++) others = await neighbour.others();
    expect(others).to.deep.equal([]);
    let census = await DenoiseNode.census();
    for (let tries = 0; tries < 200 && census.nodes + census.streams > 0; tries++) census = await DenoiseNode.census();
    expect(census).to.include({ nodes: 0, streams: 0 });
  });
});
