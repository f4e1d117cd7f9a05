/**
 * In:     what the DenoiseNode gives, sample by sample, from the recorder's worklet
 * Out:    a WAV file of it, 24 bits, at the context's rate
 * Thread: [main]
 */
import { encodeFrames } from '../src/files/sample-format.ts';
import { wavHeader } from '../src/files/wav.ts';
import { RECORDER_PROCESSOR, type RecordedMessage, type StopMessage } from './messages.ts';

/** Exact to −138 dBFS, and read by every player; 32-bit float is not. */
const FORMAT = 'int24';
const BYTES_PER_SAMPLE = 3;

/** A recording that has ended. */
export interface Recording {
  readonly file: Blob;
  readonly seconds: number;
}

/** Records a node until {@link Recorder.stop}. Sound is encoded as it comes, so that the browser may keep it outside of memory. */
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
    const bytes = new Uint8Array(frames * channels.length * BYTES_PER_SAMPLE);
    encodeFrames(channels, FORMAT, bytes, frames);
    this.#parts.push(new Blob([bytes]));
    this.#frames += frames;
  }

  #header(): Uint8Array<ArrayBuffer> {
    const sampleRateHz = this.#source.context.sampleRate;
    const channels = this.#channelCount;
    const layout = { sampleRateHz, channels, format: FORMAT, frames: this.#frames, dataStart: 0, formatChunk: pcmFormatChunk(sampleRateHz, channels) } as const;
    return new Uint8Array(wavHeader(layout, this.#frames));
  }
}

/** WAVEFORMAT of plain PCM. */
function pcmFormatChunk(sampleRateHz: number, channels: number): Uint8Array {
  const chunk = new DataView(new ArrayBuffer(16));
  const frameBytes = channels * BYTES_PER_SAMPLE;
  chunk.setUint16(0, 1, true); // linear PCM
  chunk.setUint16(2, channels, true);
  chunk.setUint32(4, sampleRateHz, true);
  chunk.setUint32(8, sampleRateHz * frameBytes, true);
  chunk.setUint16(12, frameBytes, true);
  chunk.setUint16(14, 8 * BYTES_PER_SAMPLE, true);
  return new Uint8Array(chunk.buffer);
}
