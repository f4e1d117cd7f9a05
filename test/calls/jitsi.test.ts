import { expect } from '@esm-bundle/chai';
import { audioTrack, DenoiseEffect, endedTrack, refusal, videoTrack } from './support/adapters.ts';

const streamOf = (track: MediaStreamTrack): MediaStream => new MediaStream([track]);

describe("Jitsi's effect", () => {
  let effect: InstanceType<typeof DenoiseEffect>;

  beforeEach(() => {
    effect = new DenoiseEffect({ attenuationLimit: 30 });
  });

  afterEach(() => effect.stopEffect());

  it('is for tracks of audio', () => {
    expect(effect.isEnabled({ getType: () => 'audio' })).to.equal(true);
    expect(effect.isEnabled({ getType: () => 'video' })).to.equal(false);
  });

  it('leaves a muted track muted when it begins, and when it ends', () => {
    const track = audioTrack();
    track.enabled = false;
    const [output] = effect.startEffect(streamOf(track)).getAudioTracks();
    expect(output.enabled).to.equal(false);
    effect.stopEffect();
    expect(track.enabled).to.equal(false);
  });

  it('gives sound again after an unmute, also where it began muted', () => {
    const track = audioTrack();
    track.enabled = false;
    const [output] = effect.startEffect(streamOf(track)).getAudioTracks();
    output.enabled = true; // Jitsi does, for what it sends.
    expect(track.enabled).to.equal(true);
    effect.stopEffect();
    expect(track.enabled).to.equal(true);
  });

  it('closes what it has opened when it ends, and may be set again with its settings', () => {
    effect.startEffect(streamOf(audioTrack()));
    const first = effect.denoised;
    effect.stopEffect();
    expect(first?.state).to.equal('disposed');
    expect(effect.node).to.equal(undefined);
    effect.startEffect(streamOf(audioTrack()));
    expect(effect.node?.attenuationLimit.value).to.equal(30);
  });

  it('begins anew on another track once the first one has ended', () => {
    const track = audioTrack();
    effect.startEffect(streamOf(track));
    track.stop();
    const other = audioTrack();
    effect.startEffect(streamOf(other));
    expect(effect.denoised?.input).to.equal(other);
  });

  it('says what was expected of a stream without live audio, and of a second one', async () => {
    const start = (track: MediaStreamTrack) => refusal(() => effect.startEffect(streamOf(track)));
    expect((await start(videoTrack())).message).to.match(/DenoiseEffect: expected a stream with an audio track/);
    expect((await start(endedTrack())).message).to.match(/DenoiseEffect: expected a live audio track/);
    effect.startEffect(streamOf(audioTrack()));
    const refused = await start(audioTrack());
    expect(refused).to.be.instanceOf(TypeError);
    expect(refused.message).to.match(/one track at a time, got a second one. Create another DenoiseEffect/);
  });
});
