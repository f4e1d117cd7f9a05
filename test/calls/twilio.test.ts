import { expect } from '@esm-bundle/chai';
import {
  audioTrack,
  DenoiseError,
  denoiser,
  endedTrack,
  importPlugin,
  noiseCancellationOf,
  noiseCancellationOptions,
  refusal,
  videoTrack,
} from './support/adapters.ts';

const streamOf = (track: MediaStreamTrack): MediaStream => new MediaStream([track]);

describe("Twilio's plugin", () => {
  afterEach(() => denoiser.destroy());

  it('is found where Twilio imports it, at a URL that holds it and in the folder of the package', async () => {
    const { vendor, sdkAssetsPath } = noiseCancellationOptions();
    expect(vendor).to.equal('rnnoise');
    const { default: inline } = await import(new URL(`${sdkAssetsPath}/rnnoise_sdk.mjs`, location.href).href);
    expect(inline).to.equal(denoiser);
    expect((await importPlugin()).default).to.equal(denoiser);
  });

  it('says what it is in before and after a connection', async () => {
    expect(denoiser.isInitialized()).to.equal(false);
    await denoiser.init();
    expect([denoiser.isInitialized(), denoiser.isConnected()]).to.deep.equal([true, false]);
    const [output] = denoiser.connect(streamOf(audioTrack())).getAudioTracks();
    expect([denoiser.isConnected(), denoiser.isEnabled()]).to.deep.equal([true, true]);
    denoiser.disable();
    expect([denoiser.isEnabled(), denoiser.node?.bypass.value]).to.deep.equal([false, 1]);
    denoiser.enable();
    expect(denoiser.isEnabled()).to.equal(true);
    denoiser.disconnect();
    expect([denoiser.isConnected(), output.readyState]).to.deep.equal([false, 'ended']);
  });

  it('ends the microphone that Twilio forgets when it restarts a track', () => {
    const former = audioTrack();
    denoiser.connect(streamOf(former));
    denoiser.disconnect();
    expect(former.readyState).to.equal('ended');
  });

  it('keeps what a person has set over a restart, and takes new options for a new track', () => {
    noiseCancellationOptions({ attenuationLimit: 30 });
    denoiser.connect(streamOf(audioTrack()));
    expect(denoiser.node?.attenuationLimit.value).to.equal(30);
    denoiser.disable();
    denoiser.disconnect();
    denoiser.connect(streamOf(audioTrack()));
    expect(denoiser.enabled).to.equal(false);
    noiseCancellationOptions({ attenuationLimit: 12 });
    denoiser.disconnect();
    denoiser.connect(streamOf(audioTrack()));
    expect([denoiser.node?.attenuationLimit.value, denoiser.enabled]).to.deep.equal([12, true]);
  });

  it('says so where Twilio is too old, or did not load it', () => {
    expect(noiseCancellationOf({ noiseCancellation: denoiser })).to.equal(denoiser);
    for (const [track, words, code] of [
      [{}, /twilio-video 2\.24 or newer/, 'unsupported'],
      [{ noiseCancellation: null }, /must allow data: in its script-src/, 'module-load'],
    ] as const)
      expect(() => noiseCancellationOf(track))
        .to.throw(DenoiseError, words)
        .with.property('code', code);
  });

  it('says what was expected of a stream without live audio, and of options that are none', async () => {
    const connect = (track: MediaStreamTrack) => refusal(() => denoiser.connect(streamOf(track)));
    expect((await connect(videoTrack())).message).to.match(/expected a stream with an audio track/);
    expect((await connect(endedTrack())).message).to.match(/expected a live audio track/);
    expect(() => noiseCancellationOptions({ mix: 2 })).to.throw(RangeError, /0 to 1/);
  });
});
