/**
 * In:     the microphone
 * Out:    a WAV file of it, every sample
 * Thread: [main]
 */
import { Recorder } from '../recorder.ts';
import { SourceError } from '../source-error.ts';

/** Records the microphone, all of it and nothing but it: the browser's own processing is off. */
export class Microphone {
  #recording: { recorder: Recorder; context: AudioContext; stream: MediaStream; timer: number } | undefined;
  #isStarting = false;

  get isRecording(): boolean {
    return this.#recording !== undefined;
  }

  /** What has been recorded so far. */
  get seconds(): number {
    return this.#recording?.recorder.seconds ?? 0;
  }

  /**
   * Rejects with a SourceError that says what to do. Does nothing while it is already on, or the
   * visitor is being asked.
   * @param onTick called four times a second
   * @param onLost called when the microphone goes away; what was recorded is there to be taken by {@link stop}
   */
  async start(onTick: () => void, onLost: () => void): Promise<void> {
    if (this.#isStarting || this.#recording) return;
    this.#isStarting = true;
    try {
      await this.#start(onTick, onLost);
    } finally {
      this.#isStarting = false;
    }
  }

  async stop(): Promise<File> {
    const { recorder, context, stream, timer } = this.#recording!;
    this.#recording = undefined;
    clearInterval(timer);
    const { file } = await recorder.stop();
    release(stream, context);
    const now = new Date();
    const two = (value: number) => String(value).padStart(2, '0');
    const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
    const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('.');
    return new File([file], `recording ${date} ${time}.wav`, { type: 'audio/wav' });
  }

  async #start(onTick: () => void, onLost: () => void): Promise<void> {
    if (!navigator.mediaDevices)
      throw new SourceError('A page may use the microphone only over https or on localhost. Open this page there.');
    const wanted = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted }).catch((cause: unknown) => {
      throw SourceError.ofMicrophone(cause);
    });
    const context = new AudioContext();
    await context.audioWorklet.addModule(new URL('../demo-processors.js', import.meta.url)).catch((cause: unknown) => {
      release(stream, context);
      throw new SourceError(
        'Nothing can be recorded: a file of this page did not arrive. Reload the page, then record again.',
        { cause },
      );
    });
    const [track] = stream.getAudioTracks();
    const channels = track.getSettings().channelCount === 2 ? 2 : 1;
    const recorder = new Recorder(context.createMediaStreamSource(stream), channels);
    const recording = { recorder, context, stream, timer: window.setInterval(onTick, 250) };
    this.#recording = recording;
    track.addEventListener('ended', () => {
      if (this.#recording === recording) onLost();
    });
  }
}

/** The light beside the camera goes out. */
function release(stream: MediaStream, context: AudioContext): void {
  for (const track of stream.getTracks()) track.stop();
  void context.close();
}
