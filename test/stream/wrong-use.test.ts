import { expect } from '@esm-bundle/chai';
import { type NoisyMicrophone, openNoisyMicrophone } from '../calls/support/noisy-microphone.ts';
import { DenoisedTrack, DenoiseError, denoiseStream, denoiseTrack, untilNothingIsLeft } from './support.ts';

describe('wrong use of a denoised track', () => {
  let microphone: NoisyMicrophone;
  let denoised: DenoisedTrack;

  beforeEach(async () => {
    microphone = await openNoisyMicrophone();
    denoised = new DenoisedTrack();
  });

  afterEach(async () => {
    await denoised.dispose();
    await microphone.close();
  });

  after(untilNothingIsLeft);

  function videoTrack(): MediaStreamTrack {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d');
    return canvas.captureStream().getVideoTracks()[0];
  }

  for (const [what, give, sentence] of [
    ['a video track', videoTrack, /got one of video: take stream\.getAudioTracks\(\)\[0\]/],
    ['a stream', () => microphone.stream, /got a MediaStream\. Take its stream\.getAudioTracks\(\)\[0\]/],
    ['a promise', () => Promise.resolve(microphone.track), /an instance of Promise\. Await it first/],
    ['undefined', () => undefined, /expected an audio track, got undefined/],
  ] as const)
    it(`is told when ${what} is given as the track, and the input that was there stays`, () => {
      denoised.setInput(microphone.track);
      const track = give() as MediaStreamTrack;
      expect(() => denoised.setInput(track)).to.throw(TypeError, sentence);
      expect(() => denoiseTrack(track)).to.throw(TypeError, sentence);
      expect(denoised.input).to.equal(microphone.track);
    });

  it('is told when the track has ended', () => {
    microphone.track.stop();
    for (const use of [() => denoised.setInput(microphone.track), () => denoiseTrack(microphone.track)])
      expect(use).to.throw(TypeError, /one that has ended, .* ask getUserMedia for another one/);
    expect(() => denoiseStream(microphone.stream)).to.throw(TypeError, /one that has ended/);
  });

  it('is told when a stream has no sound, or is none', () => {
    expect(() => denoiseStream(new MediaStream([videoTrack()]))).to.throw(
      TypeError,
      /got one with 1 of video and none of audio: ask getUserMedia for \{ audio: true \}/,
    );
    expect(() => denoiseStream(microphone.track as unknown as MediaStream)).to.throw(TypeError, /denoiseTrack\(\)/);
  });

  it('is told when the output was stopped, which another one replaces', () => {
    denoised.track.stop();
    expect(() => denoised.setInput(microphone.track)).to.throw(
      TypeError,
      /was stopped, .* create another one, and give track\.clone\(\)/,
    );
  });

  it('is told after dispose()', async () => {
    await denoised.dispose();
    expect(() => denoised.setInput(microphone.track))
      .to.throw(DenoiseError, /was disposed, .* create another one/)
      .with.property('code', 'context-closed');
  });

  it('is told when the context is closed, offline or none', async () => {
    const context = new AudioContext();
    await context.close();
    expect(() => new DenoisedTrack({ context }))
      .to.throw(DenoiseError, /got one that is closed: give one that stays open/)
      .with.property('code', 'context-closed');
    const offline = new OfflineAudioContext(1, 1, 48000) as unknown as AudioContext;
    expect(() => new DenoisedTrack({ context: offline })).to.throw(
      TypeError,
      /OfflineAudioContext, which does not run/,
    );
    expect(() => new DenoisedTrack({ context: {} as AudioContext })).to.throw(TypeError, /an instance of Object/);
  });

  it('is told when a browser of old takes no track of another rate than the context', async () => {
    const context = new AudioContext({ sampleRate: 16_000 });
    const inContext = new DenoisedTrack({ context });
    // What Firefox did before it learnt to resample; the browsers that these tests run in all do.
    context.createMediaStreamSource = () => {
      throw new DOMException(
        'Connecting AudioNodes from AudioContexts with different sample-rate',
        'NotSupportedError',
      );
    };
    expect(() => inContext.setInput(microphone.track))
      .to.throw(DenoiseError, /whose rate is 16000 Hz: create the AudioContext without a sampleRate/)
      .with.property('code', 'unsupported');
    expect(inContext.input).to.equal(null);
    await inContext.dispose();
    await context.close();
  });

  it('is told when an option is wrong', () => {
    expect(() => new DenoisedTrack({ mix: 2 })).to.throw(RangeError, /"mix": expected 0 to 1, got 2/);
    expect(() => new DenoisedTrack(null as unknown as object)).to.throw(TypeError, /expected an object, got null/);
    expect(() => new DenoisedTrack({ background: 'yes' as unknown as boolean })).to.throw(
      TypeError,
      /"background": expected true or false, got "yes"/,
    );
  });
});
