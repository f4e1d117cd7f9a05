import { expect } from '@esm-bundle/chai';
import { FarEnd } from '../calls/support/far-end.ts';
import { call } from '../calls/support/loopback.ts';
import { type NoisyMicrophone, openNoisyMicrophone } from '../calls/support/noisy-microphone.ts';
import { needsInterruptions, needsSound } from '../support/browser-limits.ts';
import { DenoisedTrack, nextEvent, type Stream, until, untilNothingIsLeft } from './support.ts';

describe('the context of a denoised track', () => {
  let microphone: NoisyMicrophone;

  beforeEach(async function () {
    await needsSound(this);
    microphone = await openNoisyMicrophone();
  });

  afterEach(() => microphone?.close());
  after(untilNothingIsLeft);

  it('has the rate of the machine, and runs where the page may make sound', async () => {
    const machine = new AudioContext();
    const denoised = new DenoisedTrack();
    denoised.setInput(microphone.track);
    await denoised.ready;
    expect(denoised.context.sampleRate).to.equal(machine.sampleRate);
    expect([denoised.state, denoised.context.state]).to.deep.equal(['running', 'running']);
    await Promise.all([denoised.dispose(), machine.close()]);
  });

  it('begins again inside a gesture when it was suspended, and sound with it', async () => {
    const denoised = new DenoisedTrack();
    denoised.setInput(microphone.track);
    const { received, hangUp } = await call(denoised.track);
    const farEnd = new FarEnd(received);
    await farEnd.untilVoice();
    const held = nextEvent(denoised, 'statechange');
    await denoised.context.suspend();
    expect((await held).state).to.equal('held');
    window.dispatchEvent(new Event('pointerup'));
    await until('it runs', () => denoised.state === 'running');
    await farEnd.untilVoice();
    await Promise.all([denoised.dispose(), farEnd.close()]);
    hangUp();
  });

  it('is not touched when it is the app’s: the track says that it is held, and waits for it', async () => {
    const context = new AudioContext();
    const denoised = new DenoisedTrack({ context });
    await until('it runs', () => denoised.state === 'running');
    const held = nextEvent(denoised, 'statechange');
    await context.suspend();
    const { state, reason } = await held;
    expect(state).to.equal('held');
    expect(reason).to.match(/AudioContext is suspended: call its resume\(\)/);
    window.dispatchEvent(new Event('pointerup'));
    expect(context.state).to.equal('suspended');
    await context.resume();
    await until('it runs', () => denoised.state === 'running');
    await denoised.dispose();
    expect(context.state).to.equal('running');
    await context.close();
  });

  it('takes the track with it when the app closes it', async () => {
    const context = new AudioContext();
    const denoised = new DenoisedTrack({ context });
    denoised.setInput(microphone.track);
    await denoised.ready;
    const ended = nextEvent(denoised, 'statechange');
    await context.close();
    expect(await ended).to.deep.equal({ state: 'disposed', reason: 'The context was closed.' });
    expect(denoised.track.readyState).to.equal('ended');
    expect(denoised.input).to.equal(null);
  });

  it('rejects what waits for it when it is disposed before it has begun', async () => {
    const context = new AudioContext();
    await until('it runs', () => context.state === 'running');
    await context.suspend();
    const denoised = new DenoisedTrack({ context });
    const outcome = denoised.ready.then(
      () => 'ready',
      (error: Error) => error.name,
    );
    await denoised.dispose();
    expect(await outcome).to.equal('AbortError');
    await context.close();
  });

  it('goes on after an interruption by the system, and is never asked to while that lasts', async function () {
    await needsInterruptions(this);
    const frame = await openFrame();
    const inFrame = (await frame.window.eval(`import('${location.origin}/dist/stream.js')`)) as typeof Stream;
    const denoised = new inFrame.DenoisedTrack();
    denoised.setInput(microphone.track);
    const { received, hangUp } = await call(denoised.track);
    const farEnd = new FarEnd(received);
    await farEnd.untilVoice();
    let asked = 0;
    const { resume } = denoised.context;
    denoised.context.resume = () => {
      asked += 1;
      return resume.call(denoised.context);
    };
    const interrupted = nextEvent(denoised, 'statechange');
    frame.element.style.display = 'none';
    const { state, reason } = await interrupted;
    expect(state).to.equal('interrupted');
    expect(reason).to.match(/comes back by itself/);
    for (const gesture of ['pointerup', 'click', 'keydown']) frame.window.dispatchEvent(new Event(gesture));
    await farEnd.untilSilence();
    expect([asked, denoised.state]).to.deep.equal([0, 'interrupted']);
    frame.element.style.display = '';
    await until('it runs', () => denoised.state === 'running');
    await farEnd.untilVoice();
    await Promise.all([denoised.dispose(), farEnd.close()]);
    hangUp();
    frame.element.remove();
  });
});

/** A frame whose sound the browser takes away while it is not seen: no other interruption can a page bring about. */
async function openFrame(): Promise<{ element: HTMLIFrameElement; window: Window & typeof globalThis }> {
  const element = document.createElement('iframe');
  element.allow = "media-playback-while-not-visible 'none'";
  element.src = '/test/stream/fixtures/frame.html';
  const loaded = new Promise((resolve) => element.addEventListener('load', resolve, { once: true }));
  document.body.append(element);
  await loaded;
  return { element, window: element.contentWindow as Window & typeof globalThis };
}
