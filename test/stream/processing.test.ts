import { expect } from '@esm-bundle/chai';
import { type NoisyMicrophone, openNoisyMicrophone } from '../calls/support/noisy-microphone.ts';
import { needsOwnProcessing } from '../support/browser-limits.ts';
import { DenoisedTrack, MICROPHONE, nextEvent } from './support.ts';

async function open(audio: MediaTrackConstraints): Promise<MediaStreamTrack> {
  return (await navigator.mediaDevices.getUserMedia({ audio })).getAudioTracks()[0];
}

describe('what the browser does to a microphone', () => {
  let denoised: DenoisedTrack;
  let track: MediaStreamTrack;

  afterEach(async () => {
    track?.stop();
    await denoised?.dispose();
  });

  it('is echo cancellation alone where it was opened with MICROPHONE, and needs no advice', async function () {
    await needsOwnProcessing(this);
    denoised = new DenoisedTrack();
    track = await open(MICROPHONE);
    const told = nextEvent(denoised, 'processingchange');
    denoised.setInput(track);
    expect(await told).to.deep.equal({ processing: denoised.processing });
    expect(denoised.processing).to.deep.equal({ ...MICROPHONE, advice: '' });
  });

  it('is told, with what to do, where it suppresses noise and will not stop', async function () {
    await needsOwnProcessing(this);
    denoised = new DenoisedTrack();
    track = await open({ echoCancellation: true, noiseSuppression: true, autoGainControl: true });
    const told = nextEvent(denoised, 'processingchange');
    denoised.setInput(track);
    const { advice, ...processing } = (await told).processing;
    expect(processing).to.deep.equal({ echoCancellation: true, noiseSuppression: true, autoGainControl: true });
    expect(advice).to.match(/suppresses noise itself and changes its gain itself .* noiseSuppression: false, auto/);
  });

  it('is told where no echo is cancelled', async () => {
    denoised = new DenoisedTrack({ constrainInput: false });
    track = await open({ echoCancellation: false, noiseSuppression: false, autoGainControl: false });
    const told = nextEvent(denoised, 'processingchange');
    denoised.setInput(track);
    expect((await told).processing).to.deep.include({ echoCancellation: false, noiseSuppression: false });
    expect(denoised.processing.advice).to.match(/does not cancel echoes .* people should wear headphones/);
  });

  it('is asked to change with what the app has asked for kept, and only where it has to', async () => {
    denoised = new DenoisedTrack();
    track = await open({ ...MICROPHONE, echoCancellation: false, channelCount: 1 });
    const told = nextEvent(denoised, 'processingchange');
    denoised.setInput(track);
    await told;
    expect(track.getConstraints()).to.deep.include({ echoCancellation: true, channelCount: 1 });
  });

  it('is left alone where the app wants that', async () => {
    denoised = new DenoisedTrack({ constrainInput: false });
    track = await open({ echoCancellation: false });
    const told = nextEvent(denoised, 'processingchange');
    denoised.setInput(track);
    await told;
    expect(track.getConstraints().echoCancellation).to.equal(false);
  });

  it('is nothing for a track that is no microphone, or none', async () => {
    denoised = new DenoisedTrack();
    const microphone: NoisyMicrophone = await openNoisyMicrophone();
    denoised.setInput(microphone.track);
    expect(denoised.processing.advice).to.equal('');
    expect(denoised.processing.noiseSuppression).to.equal(undefined);
    denoised.setInput(null);
    expect(denoised.processing.advice).to.equal('');
    await microphone.close();
  });
});
