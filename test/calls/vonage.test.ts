import { expect } from '@esm-bundle/chai';
import type * as Vonage from '../../src/calls/vonage.ts';
import { skip } from '../support/browser-limits.ts';
import { audioTrack, DenoiseError, endedTrack, refusal, videoTrack } from './support/adapters.ts';

const { DenoiseConnector }: typeof Vonage = await import(`${location.origin}/dist/vonage.js`);
/** Chromium has it. */
const Generator = (globalThis as { MediaStreamTrackGenerator?: new () => MediaStreamTrack }).MediaStreamTrackGenerator;

describe("Vonage's connector", () => {
  let connector: InstanceType<typeof DenoiseConnector>;

  beforeEach(() => {
    connector = new DenoiseConnector({ attenuationLimit: 30 });
  });

  afterEach(() => connector.destroy());

  it('gives the same track over another microphone', async () => {
    const sent = await connector.setTrack(audioTrack());
    const { node } = connector;
    expect(await connector.setTrack(audioTrack())).to.equal(sent);
    expect(connector.node).to.equal(node);
  });

  it('gives a fresh track from the same node where a publisher has stopped the former', async () => {
    const sent = await connector.setTrack(audioTrack());
    const { node } = connector;
    sent.stop();
    const other = await connector.setTrack(audioTrack());
    expect(other.readyState).to.equal('live');
    expect(connector.node).to.equal(node);
  });

  it('gives what a publisher takes for a filtered track, so that it does not stop the microphone', async function () {
    if (Generator === undefined) skip(this, 'generators');
    const microphone = audioTrack();
    const sent = await connector.setTrack(microphone);
    expect(sent).to.be.instanceOf(Generator).and.to.be.instanceOf(MediaStreamTrack);
    expect(connector.denoised?.input).to.equal(microphone);
    expect([sent.kind, sent.enabled, sent.readyState]).to.deep.equal(['audio', true, 'live']);
  });

  it('denoises a copy where a publisher stops the microphone, and stops the copy at the end', async function () {
    if (Generator !== undefined) skip(this, 'noGenerators');
    const microphone = audioTrack();
    await connector.setTrack(microphone);
    microphone.stop();
    const copy = connector.denoised?.input;
    expect(copy?.readyState).to.equal('live');
    await connector.destroy();
    expect(copy?.readyState).to.equal('ended');
  });

  it('ends its track, lets the microphone be, and begins anew with the settings that it had', async () => {
    const microphone = audioTrack();
    const sent = await connector.setTrack(microphone);
    const former = connector.denoised;
    connector.enabled = false;
    await connector.destroy();
    expect([sent.readyState, microphone.readyState]).to.deep.equal(['ended', 'live']);
    expect(former?.state).to.equal('disposed');
    expect(connector.node).to.equal(undefined);
    await connector.setTrack(microphone);
    expect(connector.enabled).to.equal(false);
    expect(connector.node?.attenuationLimit.value).to.equal(30);
  });

  it('gives the publisher its own track, and tells why, where the context was closed', async () => {
    const context = new AudioContext();
    const late = new DenoiseConnector({ context });
    await context.close();
    const microphone = audioTrack();
    const told: string[] = [];
    const { warn } = console;
    console.warn = (words: string) => told.push(words);
    try {
      expect(await late.setTrack(microphone)).to.equal(microphone);
    } finally {
      console.warn = warn;
    }
    expect(told).to.have.length(1);
    expect(told[0]).to.match(/^DenoiseConnector: .*got one that is closed.*The sound goes on as it is\.$/);
  });

  it('says what was expected of a track that is none of audio, or has ended', async () => {
    for (const [track, words] of [
      [videoTrack(), /DenoiseConnector: expected an audio track, got one of video/],
      [endedTrack(), /DenoiseConnector: expected a live audio track, got one that has ended/],
    ] as const) {
      const refused = await refusal(() => connector.setTrack(track));
      expect(refused).to.be.instanceOf(TypeError);
      expect(refused.message).to.match(words);
      expect(connector.node).to.equal(undefined);
    }
  });

  it('is set on a publisher, and says which Vonage is the oldest where that cannot be', async () => {
    const set: unknown[] = [];
    await connector.setOn({ setAudioMediaProcessorConnector: async (taken) => void set.push(taken) });
    expect(set).to.deep.equal([connector]);
    const refused = await refusal(() => connector.setOn({} as Parameters<typeof connector.setOn>[0]));
    expect(refused).to.be.instanceOf(TypeError);
    expect(refused.message).to.match(/@opentok\/client 2\.24 or newer, .* no setAudioMediaProcessorConnector\(\)/);
  });

  it('refuses options that are none at once, because Vonage tells nobody what it is refused with', async () => {
    const closed = new AudioContext();
    await closed.close();
    const offline = new OfflineAudioContext(1, 1, 48000) as unknown as AudioContext;
    for (const [options, kind, words] of [
      [{ attenuationLimit: 101 }, RangeError, /0 to 100/],
      [{ constrainInput: 1 as unknown as boolean }, TypeError, /"constrainInput": expected true or false, got 1/],
      [{ context: offline }, TypeError, /"context": .* got an OfflineAudioContext/],
      [{ context: closed }, DenoiseError, /"context": .* got one that is closed/],
    ] as const)
      expect(() => new DenoiseConnector(options)).to.throw(kind, words);
  });
});
