import { expect } from '@esm-bundle/chai';
import { FarEnd } from '../calls/support/far-end.ts';
import { type Call, call } from '../calls/support/loopback.ts';
import { type NoisyMicrophone, openNoisyMicrophone } from '../calls/support/noisy-microphone.ts';
import { needsSound } from '../support/browser-limits.ts';
import { DenoisedTrack } from './support.ts';

/** The far end's noise falls by at least so much. */
const LEAST_FALL_DB = 15;
const MOST_VOICE_LOSS_DB = 3;

describe('a denoised track in a call', () => {
  let microphone: NoisyMicrophone;
  let denoised: InstanceType<typeof DenoisedTrack>;
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

  it('takes the noise out of the pauses, and leaves the voice', async () => {
    denoised.enabled = false;
    await farEnd.levels(1);
    const noisy = await farEnd.levels();
    denoised.enabled = true;
    await farEnd.levels(1);
    const clean = await farEnd.levels();
    console.info(`far end: floor ${noisy.floorDb} → ${clean.floorDb}, voice ${noisy.voiceDb} → ${clean.voiceDb}`);
    expect(noisy.floorDb - clean.floorDb).to.be.greaterThan(LEAST_FALL_DB);
    expect(Math.abs(noisy.voiceDb - clean.voiceDb)).to.be.lessThan(MOST_VOICE_LOSS_DB);
  });
});
