import { expect } from '@esm-bundle/chai';
import * as Tone from 'tone';
import { DenoiseNode as CoreNode, importStandardized, noisySpeech, rms } from './support.ts';

describe("Tone.js's own contexts", () => {
  it('are taken as they are, and its nodes connect to the denoiser and from it', async () => {
    const { DenoiseNode } = await importStandardized();
    const speech = await noisySpeech(48000);
    const context = new Tone.OfflineContext(1, speech.length / 48000, 48000);
    const denoise = new DenoiseNode(context, { attenuationLimit: 100 });
    const source = new Tone.ToneBufferSource({ context, url: new Tone.ToneAudioBuffer() });
    source.buffer = Tone.ToneAudioBuffer.fromArray(speech);
    Tone.connect(source, denoise);
    Tone.connect(denoise, context.destination);
    source.start(0);
    await denoise.ready;
    const rendered = (await context.render(false)).toArray(0) as Float32Array;
    expect(rms(rendered)).to.be.within(0.1 * rms(speech), 0.95 * rms(speech));
    denoise.dispose();
  });

  it('are refused by the core entry, which names the other', () => {
    const context = new Tone.Context();
    expect(() => new CoreNode(context as unknown as BaseAudioContext)).to.throw(TypeError, 'denoise-node/standardized');
    context.dispose();
  });
});
