import { Recorder } from '../recorder.ts';
import { SourceError } from '../words.ts';

/**
 * In:     the microphone
 * Out:    a WAV file of it, every sample
 * Thread: [main]
 */
export class Microphone {
  #recording: { recorder: Recorder; context: AudioContext; stream: MediaStream; timer: number } | undefined;

  get isRecording(): boolean {
    return this.#recording !== undefined;
  }

  /** What has been recorded so far. */
  get seconds(): number {
    return this.#recording?.recorder.seconds ?? 0;
  }

  /** Rejects with a SourceError that says what to do. @param onTick called four times a second */
  async start(onTick: () => void): Promise<void> {
    if (!navigator.mediaDevices) throw new SourceError('A page may use the microphone only over https or on localhost. Open this page there.');
    const wanted = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted }).catch((cause: unknown) => {
      throw SourceError.ofMicrophone(cause);
    });
    const context = new AudioContext();
    await context.audioWorklet.addModule(new URL('../demo-processors.js', import.meta.url));
    const source = context.createMediaStreamSource(stream);
    const channels = stream.getAudioTracks()[0]?.getSettings().channelCount === 2 ? 2 : 1;
    this.#recording = { recorder: new Recorder(source, channels), context, stream, timer: window.setInterval(onTick, 250) };
  }

  async stop(): Promise<File> {
    const { recorder, context, stream, timer } = this.#recording!;
    this.#recording = undefined;
    clearInterval(timer);
    const { file } = await recorder.stop();
    for (const track of stream.getTracks()) track.stop();
    await context.close();
    const now = new Date();
    const two = (value: number) => String(value).padStart(2, '0');
    const name = `recording ${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}.${two(now.getMinutes())}.${two(now.getSeconds())}.wav`;
    return new File([file], name, { type: 'audio/wav' });
  }
}
