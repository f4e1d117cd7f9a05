import { expect } from '@esm-bundle/chai';
import type * as Chime from '../../src/calls/chime.ts';
import { needsSound } from '../support/browser-limits.ts';
import { audioTrack, type DenoiseNode, endedTrack, refusal, until, videoTrack } from './support/adapters.ts';

const { DenoiseTransformDevice }: typeof Chime = await import(`${location.origin}/dist/chime.js`);

describe("Chime's transform device", () => {
  let context: AudioContext;
  let device: InstanceType<typeof DenoiseTransformDevice>;

  beforeEach(() => {
    context = new AudioContext();
    device = new DenoiseTransformDevice('default', { attenuationLimit: 30 });
  });

  afterEach(async () => {
    await device.stop();
    if (context.state !== 'closed') await context.close();
  });

  it('gives the same nodes in the same context', async () => {
    const first = await device.createAudioNode(context);
    const second = await device.createAudioNode(context);
    expect(second.start).to.equal(first.start);
    expect(second.end).to.equal(first.end).and.to.equal(device.node);
  });

  it('has another node in another context, with what it was set to, and lets the former go', async () => {
    await device.createAudioNode(context);
    const former = device.node;
    device.enabled = false;
    (former as DenoiseNode).mix.value = 0.5;
    const other = new AudioContext();
    await device.createAudioNode(other);
    expect(device.node?.context).to.equal(other);
    expect(former?.state).to.equal('disposed');
    expect(device.enabled).to.equal(false);
    expect(device.node?.mix.value).to.equal(0.5);
    expect(device.node?.attenuationLimit.value).to.equal(30);
    await device.stop();
    await other.close();
  });

  it('shares its node with a microphone that was chosen from it', async () => {
    await device.createAudioNode(context);
    const chosen = await device.chooseNewInnerDevice('another');
    expect(chosen.getInnerDevice()).to.equal('another');
    expect((await chosen.createAudioNode(context)).end).to.equal(device.node);
    chosen.enabled = false;
    expect(device.enabled).to.equal(false);
    await chosen.stop();
    expect(device.node).to.equal(undefined);
  });

  it('makes a new node when it is used once more after it was stopped', async () => {
    await device.createAudioNode(context);
    const former = device.node;
    await device.stop();
    expect(former?.state).to.equal('disposed');
    await device.createAudioNode(context);
    expect(device.node).not.to.equal(former);
    expect(device.node?.attenuationLimit.value).to.equal(30);
  });

  it('computes nothing while it is muted, and goes on afterwards', async function () {
    await needsSound(this);
    const { start, end } = await device.createAudioNode(context);
    const source = new OscillatorNode(context);
    source.start();
    source.connect(start);
    end.connect(context.destination);
    await device.node?.ready;
    const hops = (): number => device.node?.getMetrics().hops ?? 0;
    const goesOn = (): Promise<void> => {
      const before = hops();
      return until('the model computes', () => hops() > before);
    };
    await goesOn();
    await device.mute(true);
    let last = hops();
    let since = context.currentTime;
    await until('nothing is computed for half a second', () => {
      if (hops() !== last) [last, since] = [hops(), context.currentTime];
      return context.currentTime - since > 0.5;
    });
    await device.mute(false);
    await goesOn();
  });

  it('asks for echo cancellation and against the suppression of the browser', async () => {
    const asked = { echoCancellation: true, noiseSuppression: false, autoGainControl: false };
    const devices = await navigator.mediaDevices.enumerateDevices();
    const microphone = devices.find(
      ({ kind, deviceId }) => kind === 'audioinput' && deviceId.length > 'default'.length,
    );
    for (const [given, constraints] of [
      ['default', asked],
      ['', asked],
      ['abc', { ...asked, deviceId: { exact: 'abc' } }],
      [
        { deviceId: 'abc', sampleRate: 48000 },
        { ...asked, deviceId: 'abc', sampleRate: 48000 },
      ],
      [
        { noiseSuppression: true, autoGainControl: true },
        { ...asked, autoGainControl: true },
      ],
      ...(microphone?.deviceId ? [[microphone, { ...asked, deviceId: { exact: microphone.deviceId } }] as const] : []),
    ] as const) {
      expect(await new DenoiseTransformDevice(given as Chime.ChimeDevice).intrinsicDevice()).to.deep.equal(constraints);
    }
    const stream = new MediaStream([audioTrack()]);
    expect(await new DenoiseTransformDevice(stream).intrinsicDevice()).to.equal(stream);
  });

  it('says what was expected of what is no microphone', () => {
    for (const [given, words] of [
      [null, /expected the id of a microphone, constraints or a MediaStream, got null/],
      [48000, /got 48000/],
      [audioTrack(), /got a MediaStreamTrack: wrap it, new MediaStream\(\[track\]\)/],
      [device, /got another transform device: Chime applies one at a time/],
      [new MediaStream([videoTrack()]), /expected a stream with an audio track/],
      [new MediaStream([endedTrack()]), /expected a live audio track, got one that has ended/],
    ] as const)
      expect(() => new DenoiseTransformDevice(given as unknown as Chime.ChimeDevice)).to.throw(TypeError, words);
  });

  it('refuses a stream that Chime has stopped since', async () => {
    const track = audioTrack();
    const once = new DenoiseTransformDevice(new MediaStream([track]));
    track.stop();
    const refused = await refusal(() => once.intrinsicDevice());
    expect(refused).to.be.instanceOf(TypeError);
    expect(refused.message).to.match(/got one that has ended.*ask getUserMedia for another one/);
  });

  it('says so where Chime 1 takes it for constraints', async () => {
    const taken = device as unknown as MediaTrackConstraints;
    const refused = await refusal(() => navigator.mediaDevices.getUserMedia({ audio: taken }));
    expect(refused).to.be.instanceOf(TypeError);
    expect(refused.message).to.match(/expected amazon-chime-sdk-js 2\.0 or newer/);
  });

  it('refuses options that are none at once', () => {
    expect(() => new DenoiseTransformDevice('default', { attenuationLimit: 101 })).to.throw(RangeError, /0 to 100/);
  });
});
