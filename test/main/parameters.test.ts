import { expect } from '@esm-bundle/chai';
import { OfflineAudioContext as StandardizedOffline } from 'standardized-audio-context';
import { PARAMETER_NAMES, PARAMETERS } from '../../src/shared/parameters.ts';
import { DenoiseNode, importStandardized, play, renderOffline, rms } from './support.ts';

const RATE = 48000;

/** What an automation editor asks of a parameter. */
type Scale = Pick<AudioParam, 'minValue' | 'maxValue' | 'defaultValue'>;

function scalesOf(node: Record<(typeof PARAMETER_NAMES)[number], Scale>): Record<string, number[]> {
  return Object.fromEntries(
    PARAMETER_NAMES.map((name) => {
      const { minValue, maxValue, defaultValue } = node[name];
      return [name, [minValue, maxValue, defaultValue]];
    }),
  );
}

/** What the table of parameters says of each: lowest, highest, default. */
const SCALES = Object.fromEntries(
  PARAMETER_NAMES.map((name) => [name, [...PARAMETERS[name].range, Number(PARAMETERS[name].default)]]),
);

describe('the AudioParams of a node', () => {
  let node: DenoiseNode;

  beforeEach(() => {
    node = new DenoiseNode(new OfflineAudioContext(1, RATE, RATE), { mix: 0.25, outputGain: -6 });
  });

  afterEach(() => node.dispose());

  it('report their range and default from the first moment, and after another model has come', async () => {
    expect(SCALES.outputGain).to.deep.equal([-60, 24, 0]);
    expect(scalesOf(node)).to.deep.equal(SCALES);
    const before = PARAMETER_NAMES.map((name) => node[name]);
    await node.ready;
    await node.setModel('tiny');
    expect(PARAMETER_NAMES.map((name) => node[name])).to.deep.equal(before);
    expect(scalesOf(node)).to.deep.equal(SCALES);
    expect([node.mix.value, node.outputGain.value]).to.deep.equal([0.25, -6]);
  });

  it('are AudioParams that let nobody change their range', () => {
    for (const name of PARAMETER_NAMES) {
      expect(node[name]).to.be.instanceOf(AudioParam);
      expect(() => Object.assign(node[name], { maxValue: 1e6 })).to.throw(TypeError);
      expect(node[name].maxValue).to.equal(PARAMETERS[name].range[1]);
    }
  });

  it('clamp a value that is set beyond, and refuse what is no number as the browser does', () => {
    node.outputGain.value = 1000;
    expect(node.outputGain.value).to.equal(24);
    node.outputGain.value = -1000;
    expect(node.outputGain.value).to.equal(-60);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 'loud'])
      expect(() => Object.assign(node.outputGain, { value })).to.throw(TypeError);
    expect(node.outputGain.value).to.equal(-60);
    Object.assign(node.mix, { value: '0.5' });
    expect(node.mix.value).to.equal(0.5);
  });

  it('obey what is set and scheduled, beyond the range too, before the worklet has come', async () => {
    const tone = Float32Array.from({ length: RATE }, (_, i) => Math.sin(i / 10));
    const context = new OfflineAudioContext(1, RATE, RATE);
    const quiet = new DenoiseNode(context, { mix: 0 });
    quiet.outputGain.value = -20;
    quiet.outputGain.setValueAtTime(-500, 0.5);
    const source = play(context, tone);
    source.connect(quiet).connect(context.destination);
    source.start();
    await quiet.ready;
    const heard = (await context.startRendering()).getChannelData(0);
    const level = (start: number, end: number): number =>
      20 * Math.log10(rms(heard, start * RATE, end * RATE) / rms(tone));
    expect(level(0.2, 0.4)).to.be.closeTo(-20, 0.1);
    expect(level(0.7, 0.9)).to.be.closeTo(-60, 0.1);
  });

  it('are heard as they read where they were set beyond', async () => {
    const tone = Float32Array.from({ length: RATE }, (_, i) => 0.01 * Math.sin(i / 10));
    const { output, node: loud } = await renderOffline([tone], RATE, { mix: 0 }, ({ outputGain }) => {
      outputGain.value = 90;
    });
    expect(loud.outputGain.value).to.equal(24);
    const gain = rms(output.getChannelData(0), RATE / 4, RATE / 2) / rms(tone);
    expect(20 * Math.log10(gain)).to.be.closeTo(24, 0.1);
  });

  it('report the same in standardized-audio-context', async () => {
    const entry = await importStandardized();
    const context = new StandardizedOffline({ length: RATE, sampleRate: RATE });
    const standardized = new entry.DenoiseNode(context, { mix: 0.25 });
    expect(scalesOf(standardized)).to.deep.equal(SCALES);
    expect(standardized.mix.value).to.equal(0.25);
    standardized.outputGain.value = 1000;
    expect(standardized.outputGain.value).to.equal(24);
    standardized.dispose();
  });
});
