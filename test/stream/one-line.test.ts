import { expect } from '@esm-bundle/chai';
import { FarEnd } from '../calls/support/far-end.ts';
import { call } from '../calls/support/loopback.ts';
import { openNoisyMicrophone } from '../calls/support/noisy-microphone.ts';
import { needsSound } from '../support/browser-limits.ts';
import { DenoisedTrack, denoiseStream, denoiseTrack, untilNothingIsLeft } from './support.ts';

describe('denoising in one line', () => {
  beforeEach(async function () {
    await needsSound(this);
  });

  afterEach(untilNothingIsLeft);

  it('gives a stream whose sound is denoised and whose picture is the same', async () => {
    const microphone = await openNoisyMicrophone();
    const canvas = document.createElement('canvas');
    canvas.getContext('2d');
    const [picture] = canvas.captureStream().getVideoTracks();
    const stream = denoiseStream(new MediaStream([microphone.track, picture]), { attenuationLimit: 40 });
    const [track] = stream.getAudioTracks();
    expect(stream.getVideoTracks()).to.deep.equal([picture]);
    expect(track).not.to.equal(microphone.track);
    const denoised = DenoisedTrack.of(track) as DenoisedTrack;
    expect(denoised.input).to.equal(microphone.track);
    expect(denoised.node.attenuationLimit.value).to.equal(40);
    const { received, hangUp } = await call(track, stream);
    const farEnd = new FarEnd(received);
    await farEnd.untilVoice();
    for (const each of stream.getTracks()) each.stop();
    expect([microphone.track, track, picture].map(({ readyState }) => readyState)).to.deep.equal(
      Array(3).fill('ended'),
    );
    await farEnd.untilSilence();
    await farEnd.close();
    hangUp();
    await microphone.close();
  });

  it('ends with its input, and says so as a track does', async () => {
    const microphone = await openNoisyMicrophone();
    const upstream = await call(microphone.track);
    const track = denoiseTrack(upstream.received);
    // Firefox has listeners of a track hear no events that scripts dispatch, but for this one.
    const ended = new Promise((resolve) => {
      track.onended = resolve;
    });
    for (const transceiver of upstream.near.getTransceivers()) transceiver.stop();
    await upstream.renegotiate();
    await ended;
    expect(track.readyState).to.equal('ended');
    upstream.hangUp();
    await microphone.close();
  });
});
