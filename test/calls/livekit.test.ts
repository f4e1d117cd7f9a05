import { expect } from '@esm-bundle/chai';
import { audioTrack, DenoiseError, DenoiseProcessor, endedTrack, refusal, videoTrack } from './support/adapters.ts';

describe("LiveKit's processor", () => {
  let audioContext: AudioContext;
  let processor: InstanceType<typeof DenoiseProcessor>;

  beforeEach(() => {
    audioContext = new AudioContext();
    processor = new DenoiseProcessor({ attenuationLimit: 30 });
  });

  afterEach(async () => {
    await processor.destroy();
    if (audioContext.state !== 'closed') await audioContext.close();
  });

  it('keeps the track that it publishes over another microphone', async () => {
    await processor.init({ track: audioTrack(), audioContext });
    const published = processor.processedTrack;
    const other = audioTrack();
    await processor.restart({ track: other, audioContext });
    expect(processor.processedTrack).to.equal(published);
    expect(processor.denoised?.input).to.equal(other);
  });

  it('goes on where it was restarted without a context, as LiveKit before 2.23 does', async () => {
    await processor.init({ track: audioTrack(), audioContext });
    const published = processor.processedTrack;
    await processor.restart({ track: audioTrack() });
    expect(processor.processedTrack).to.equal(published);
    expect(published?.readyState).to.equal('live');
  });

  it('moves to another context with what it was set to, and publishes another track', async () => {
    const track = audioTrack();
    await processor.init({ track, audioContext });
    const former = processor.denoised;
    processor.enabled = false;
    const other = new AudioContext();
    await processor.restart({ track, audioContext: other });
    expect(processor.denoised?.context).to.equal(other);
    expect(processor.processedTrack).not.to.equal(former?.track);
    expect(former?.state).to.equal('disposed');
    expect(processor.enabled).to.equal(false);
    await processor.destroy();
    await other.close();
  });

  it('publishes a fresh track when it is set again, with the settings that it had', async () => {
    await processor.init({ track: audioTrack(), audioContext });
    const first = processor.processedTrack;
    first?.stop(); // LiveKit does, before it destroys the processor.
    await processor.destroy();
    expect(processor.processedTrack).to.equal(undefined);
    expect(processor.node).to.equal(undefined);
    await processor.init({ track: audioTrack(), audioContext });
    expect(processor.processedTrack?.readyState).to.equal('live');
    expect(processor.node?.attenuationLimit.value).to.equal(30);
  });

  it('has a context of its own where LiveKit gives none, and closes it', async () => {
    await processor.init({ track: audioTrack() });
    const context = processor.denoised?.context;
    await processor.destroy();
    expect(context?.state).to.equal('closed');
  });

  it('says what was expected of a track that is none of audio, or has ended', async () => {
    for (const [track, words] of [
      [videoTrack(), /DenoiseProcessor: expected an audio track, got one of video/],
      [endedTrack(), /DenoiseProcessor: expected a live audio track, got one that has ended/],
      [undefined as unknown as MediaStreamTrack, /DenoiseProcessor: expected an audio track, got undefined/],
    ] as const) {
      const refused = await refusal(() => processor.init({ track, audioContext }));
      expect(refused).to.be.instanceOf(TypeError);
      expect(refused.message).to.match(words);
      expect(processor.denoised).to.equal(undefined);
    }
  });

  it('refuses a second track while the first one sounds', async () => {
    await processor.init({ track: audioTrack(), audioContext });
    const refused = await refusal(() => processor.init({ track: audioTrack(), audioContext }));
    expect(refused).to.be.instanceOf(TypeError);
    expect(refused.message).to.match(/one track at a time, got a second one\. Create another DenoiseProcessor/);
  });

  it('refuses a context that is closed', async () => {
    await audioContext.close();
    const refused = await refusal(() => processor.init({ track: audioTrack(), audioContext }));
    expect(refused).to.be.instanceOf(DenoiseError);
    expect(refused.message).to.match(/got one that is closed/);
  });

  it('is set on a track, and says which LiveKit is the oldest where that cannot be', async () => {
    const set: unknown[] = [];
    await processor.setOn({ setProcessor: async (taken) => void set.push(taken) });
    expect(set).to.deep.equal([processor]);
    const refused = await refusal(() => processor.setOn({} as Parameters<typeof processor.setOn>[0]));
    expect(refused).to.be.instanceOf(TypeError);
    expect(refused.message).to.match(
      /a LocalAudioTrack of livekit-client 2\.0\.2 or newer, .* has no setProcessor\(\)/,
    );
  });

  it('refuses options that are none at once', () => {
    expect(() => new DenoiseProcessor({ attenuationLimit: 101 })).to.throw(RangeError, /0 to 100/);
  });
});
