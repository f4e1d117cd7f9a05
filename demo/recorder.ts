/**
 * In:     what the DenoiseNode gives, sample by sample, from the recorder's worklet
 * Out:    a WAV file of it, 24 bits, at the context's rate
 * Thread: [main]
 */
import { encodeFrames, sampleBytes } from '../src/files/sample-format.ts';
import { formatChunkOf } from '../src/files/wav/wav-format.ts';
import { wavHeader } from '../src/files/wav/wav-header.ts';
import { RECORDER_PROCESSOR, type RecordedMessage, type StopMessage } from './messages.ts';

/** Exact to −138 dBFS, and read by every player; 32-bit float is not. */
const FORMAT = 'int24';

/** A recording that has ended. */
export interface Recording {
  readonly file: Blob;
  readonly seconds: number;
}

/**
 * Records a node until {@link Recorder.stop}. Sound is encoded as it comes, so that the browser may keep it outside of
 * memory.
 */
export class Recorder {
  readonly #worklet: AudioWorkletNode;
  readonly #source: AudioNode;
  readonly #channelCount: number;
  readonly #parts: BlobPart[] = [];
  readonly #ended: Promise<void>;
  #frames = 0;

  /** Begins at once. The context must have the demo's worklets. */
  constructor(source: AudioNode, channelCount: number) {
    this.#source = source;
    this.#channelCount = channelCount;
    this.#worklet = new AudioWorkletNode(source.context, RECORDER_PROCESSOR, {
      numberOfOutputs: 0,
      channelCount,
      channelCountMode: 'explicit',
      processorOptions: { channelCount },
    });
    this.#ended = new Promise((resolve) => {
      this.#worklet.port.onmessage = ({ data }: MessageEvent<RecordedMessage>) => {
        this.#take(data.channels);
        if (data.last) resolve();
      };
    });
    source.connect(this.#worklet);
  }

  /** What has been recorded so far. */
  get seconds(): number {
    return this.#frames / this.#source.context.sampleRate;
  }

  /** Ends the recording, with the sound of this moment as its last. */
  async stop(): Promise<Recording> {
    this.#worklet.port.postMessage({ type: 'stop' } satisfies StopMessage);
    await this.#ended;
    this.#source.disconnect(this.#worklet);
    this.#worklet.port.close();
    return { file: new Blob([this.#header(), ...this.#parts], { type: 'audio/wav' }), seconds: this.seconds };
  }

  #take(channels: readonly Float32Array<ArrayBuffer>[]): void {
    const frames = channels[0].length;
    const bytes = new Uint8Array(frames * channels.length * sampleBytes(FORMAT));
    encodeFrames(channels, FORMAT, bytes, frames);
    this.#parts.push(new Blob([bytes]));
    this.#frames += frames;
  }

  #header(): Uint8Array<ArrayBuffer> {
    const channels = this.#channelCount;
    const formatChunk = formatChunkOf(this.#source.context.sampleRate, channels, FORMAT);
    return new Uint8Array(wavHeader({ channels, format: FORMAT, formatChunk }, this.#frames));
  }
}
