import { expect } from '@esm-bundle/chai';
import { FarEnd, WHOLE_READING_SECONDS } from '../calls/support/far-end.ts';
import { type Call, call } from '../calls/support/loopback.ts';
import { type NoisyMicrophone, openNoisyMicrophone } from '../calls/support/noisy-microphone.ts';
import { needsRecordedMicrophone, needsSound } from '../support/browser-limits.ts';
import { DenoisedTrack, MICROPHONE, nextEvent, repeatWhileSpoilt, until, untilNothingIsLeft } from './support.ts';

/** By so much at least the noise at the far end falls. */
const LEAST_FALL_DB = 15;
const MOST_VOICE_LOSS_DB = 3;

/** Share of a stretch in which a busy machine may have let dry sound through, and its floor is that of the rest. */
const MOST_DRY = 0.05;

/** Compares levels at the far end, without the denoiser and with it. */
async function expectNoiseFalls(denoised: DenoisedTrack, farEnd: FarEnd): Promise<void> {
  denoised.enabled = false;
  await farEnd.levels(1);
  const noisy = await farEnd.levels();
  denoised.enabled = true;
  const clean = await repeatWhileSpoilt('a stretch of denoised sound', 10, async () => {
    await until('the machine carries the node', () => denoised.node.state === 'running', 60_000);
    await farEnd.levels(1);
    const before = denoised.node.getMetrics();
    const levels = await farEnd.levels();
    const { state, underrunSeconds } = denoised.node.getMetrics();
    const isWhole = state === 'running' && underrunSeconds - before.underrunSeconds < MOST_DRY * WHOLE_READING_SECONDS;
    return isWhole ? levels : undefined;
  });
  expect(noisy.floorDb - clean.floorDb, `noise: ${noisy.floorDb} → ${clean.floorDb} dBFS`).to.be.above(LEAST_FALL_DB);
  expect(noisy.voiceDb - clean.voiceDb, `voice: ${noisy.voiceDb} → ${clean.voiceDb} dBFS`).to.be.within(
    -MOST_VOICE_LOSS_DB,
    MOST_VOICE_LOSS_DB,
  );
}

describe('a denoised track in a call', () => {
  let microphone: NoisyMicrophone;
  let denoised: DenoisedTrack;
  let ongoing: Call;
  let farEnd: FarEnd;

  beforeEach(async function () {
    await needsSound(this);
    microphone = await openNoisyMicrophone();
    denoised = new DenoisedTrack();
    denoised.setInput(microphone.track);
    ongoing = await call(denoised.track, denoised.stream);
    farEnd = new FarEnd(ongoing.received);
    await denoised.ready;
    await farEnd.untilVoice();
  });

  afterEach(async () => {
    await farEnd?.close();
    ongoing?.hangUp();
    await denoised?.dispose();
    await microphone?.close();
  });

  after(untilNothingIsLeft);

  it('takes the noise out of the pauses, and leaves the voice', () => expectNoiseFalls(denoised, farEnd));

  it('does so with the sound of a microphone that plays a noisy recording', async function () {
    await needsRecordedMicrophone(this);
    const stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
    denoised.setInput(stream.getAudioTracks()[0]);
    await expectNoiseFalls(denoised, farEnd);
    denoised.input?.stop();
  });

  it('is silent while the microphone is muted, or the output, and speaks again', async () => {
    for (const track of [microphone.track, denoised.track]) {
      track.enabled = false;
      await farEnd.untilSilence();
      track.enabled = true;
      await farEnd.untilVoice();
    }
  });

  it('stays the same track when the device changes to others with other rates', async () => {
    const { track } = denoised;
    for (const sampleRateHz of [16_000, 44_100, 48_000]) {
      const other = await openNoisyMicrophone({ sampleRateHz });
      denoised.setInput(other.track);
      expect(microphone.track.readyState, 'the former one is left as it is').to.equal('live');
      await microphone.close();
      await farEnd.untilVoice();
      microphone = other;
    }
    expect(denoised.track).to.equal(track);
    expect(denoised.stream.getTracks()).to.deep.equal([track]);
    expect(ongoing.sender.track).to.equal(track);
    await expectNoiseFalls(denoised, farEnd);
  });

  it('is silent without a device, and goes on when it has one again', async () => {
    denoised.setInput(null);
    expect(denoised.input).to.equal(null);
    await farEnd.untilSilence();
    denoised.setInput(microphone.track);
    await farEnd.untilVoice();
  });

  it('is silent when the app has stopped its device, and goes on with another', async () => {
    await microphone.close();
    await farEnd.untilSilence();
    microphone = await openNoisyMicrophone();
    denoised.setInput(microphone.track);
    await farEnd.untilVoice();
  });

  it('goes on when the peers negotiate anew', async () => {
    await ongoing.renegotiate();
    await farEnd.untilVoice();
    await expectNoiseFalls(denoised, farEnd);
  });

  it('makes room for one in another context, which goes on in the same call', async () => {
    await denoised.dispose();
    await farEnd.untilSilence();
    const context = new AudioContext({ sampleRate: 44_100 });
    denoised = new DenoisedTrack({ context });
    denoised.setInput(microphone.track);
    await ongoing.sender.replaceTrack(denoised.track);
    await farEnd.untilVoice();
    await denoised.dispose();
    expect(context.state, 'the context is the app’s').to.equal('running');
    await context.close();
  });

  it('takes what comes from a far end, tells when that hangs up, and is silent then', async () => {
    const upstream = await call(microphone.track, microphone.stream);
    denoised.setInput(upstream.received);
    await farEnd.untilVoice();
    const ended = nextEvent(denoised, 'inputended');
    for (const transceiver of upstream.near.getTransceivers()) transceiver.stop();
    await upstream.renegotiate();
    const { track, reason } = await ended;
    expect(track).to.equal(upstream.received);
    expect(reason).to.match(/silent until another one is set/);
    expect(denoised.input).to.equal(null);
    await farEnd.untilSilence();
    denoised.setInput(microphone.track);
    await farEnd.untilVoice();
    upstream.hangUp();
  });

  it('leaves nothing behind when it is disposed, however often that is asked', async () => {
    const ending = denoised.dispose();
    expect(denoised.dispose()).to.equal(ending);
    await ending;
    expect([denoised.state, denoised.context.state, denoised.node.state]).to.deep.equal([
      'disposed',
      'closed',
      'disposed',
    ]);
    expect([denoised.track.readyState, microphone.track.readyState]).to.deep.equal(['ended', 'live']);
    await farEnd.untilSilence();
    await untilNothingIsLeft();
  });
});
