import { expect } from '@esm-bundle/chai';
import { needsPeers, needsSound } from '../support/browser-limits.ts';
import { audioTrack, DenoiseFilter, endedTrack, refusal, videoTrack } from './support/adapters.ts';
import { FarEnd } from './support/far-end.ts';
import { call } from './support/loopback.ts';
import { openNoisyMicrophone } from './support/noisy-microphone.ts';

const LEAST_FALL_DB = 15;
const streamOf = (track: MediaStreamTrack): MediaStream => new MediaStream([track]);

/** Driven as its documentation says that registerFilter drives a filter: the package itself is for customers alone. */
describe("Stream's filter", () => {
  it('takes the noise out of what is sent, and ends when it is stopped', async function () {
    needsPeers(this);
    await needsSound(this);
    const denoise = new DenoiseFilter();
    const microphone = await openNoisyMicrophone();
    const { output, stop } = denoise.filter(microphone.stream);
    const [track] = output.getAudioTracks();
    const ongoing = await call(microphone.track);
    const farEnd = new FarEnd(ongoing.received);
    await farEnd.untilVoice();
    const before = await farEnd.levels();
    await ongoing.sender.replaceTrack(track);
    await denoise.denoised?.ready;
    let after = await farEnd.levels();
    for (let i = 1; before.floorDb - after.floorDb < LEAST_FALL_DB && i < 4; i++) after = await farEnd.levels();
    expect(before.floorDb - after.floorDb).to.be.greaterThan(LEAST_FALL_DB);
    stop();
    expect(track.readyState).to.equal('ended');
    expect(microphone.track.readyState).to.equal('live');
    await farEnd.close();
    ongoing.hangUp();
    await microphone.close();
  });

  it('is run anew for each microphone, with the settings of the one before', () => {
    const denoise = new DenoiseFilter({ attenuationLimit: 30 });
    const first = denoise.filter(streamOf(audioTrack()));
    denoise.enabled = false;
    const second = denoise.filter(streamOf(audioTrack()));
    expect([denoise.node?.attenuationLimit.value, denoise.enabled]).to.deep.equal([30, false]);
    const { denoised } = denoise;
    first.stop();
    expect(denoise.denoised).to.equal(denoised);
    second.stop();
    expect([denoise.denoised, denoised?.state]).to.deep.equal([undefined, 'disposed']);
    expect(denoise.enabled).to.equal(false);
  });

  it('says so where Stream takes what it returns for a stream, and frees what it had opened', () => {
    const denoise = new DenoiseFilter();
    const { denoised, result } = { result: denoise.filter(streamOf(audioTrack())), denoised: denoise.denoised };
    const taken = result as unknown as MediaStream;
    expect(() => taken.getTracks()).to.throw(TypeError, /expected @stream-io\/video-client 1\.4\.4 or newer/);
    expect(denoised?.state).to.equal('disposed');
  });

  it('says what was expected of a stream without live audio', async () => {
    const { filter } = new DenoiseFilter();
    const run = (track: MediaStreamTrack) => refusal(() => filter(streamOf(track)));
    expect((await run(videoTrack())).message).to.match(/DenoiseFilter: expected a stream with an audio track/);
    expect((await run(endedTrack())).message).to.match(/DenoiseFilter: expected a live audio track/);
  });
});
