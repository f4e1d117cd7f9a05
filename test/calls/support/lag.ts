/** How much later one track sounds than another, as a page hears both. */
import { bestLag } from '../../support/si-sdr.ts';

/** Runs on the audio thread: keeps what two inputs give, then hands it over. */
const RECORDER = `
registerProcessor('two-track-recorder', class extends AudioWorkletProcessor {
  constructor({ processorOptions: { frames } }) {
    super();
    this.kept = [new Float32Array(frames), new Float32Array(frames)];
    this.at = 0;
  }
  process(inputs) {
    const frames = this.kept[0].length;
    if (this.at >= frames) return false;
    this.kept.forEach((kept, i) => {
      const heard = inputs[i][0];
      if (heard !== undefined) kept.set(heard.subarray(0, frames - this.at), this.at);
    });
    this.at += 128;
    if (this.at >= frames) this.port.postMessage(this.kept);
    return this.at < frames;
  }
});`;
const RATE_HZ = 48000;
/** Longer than a voice and its pause, so that the voice is in it. */
const SECONDS = 6;
const MOST_LAG_SECONDS = 1;

/** Seconds by which `later` comes after `earlier`, to the nearest sample. */
export async function lagSeconds(earlier: MediaStreamTrack, later: MediaStreamTrack): Promise<number> {
  const context = new AudioContext({ sampleRate: RATE_HZ });
  const url = URL.createObjectURL(new Blob([RECORDER], { type: 'text/javascript' }));
  await context.audioWorklet.addModule(url);
  URL.revokeObjectURL(url);
  const recorder = new AudioWorkletNode(context, 'two-track-recorder', {
    numberOfInputs: 2,
    processorOptions: { frames: SECONDS * RATE_HZ },
  });
  [earlier, later].forEach((track, i) => {
    context.createMediaStreamSource(new MediaStream([track])).connect(recorder, 0, i);
  });
  recorder.connect(context.destination);
  const [first, second] = await new Promise<readonly Float32Array[]>((resolve) => {
    recorder.port.onmessage = ({ data }) => resolve(data);
  });
  await context.close();
  return bestLag(second, first.subarray(0, (SECONDS - MOST_LAG_SECONDS) * RATE_HZ)) / RATE_HZ;
}
