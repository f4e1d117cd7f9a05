/**
 * In:     what the DenoiseNode gives; the node's channel count is fixed, so that it never changes within a recording
 * Out:    every sample of it, to recorder.ts
 * Thread: [audio]
 */
import type { RecordedMessage, StopMessage } from '../messages.ts';

/** Long enough that messages are few, short enough that the last one does not take long. */
const CHUNK_SECONDS = 0.25;

export class RecorderProcessor extends AudioWorkletProcessor {
  readonly #capacity = Math.ceil(CHUNK_SECONDS * sampleRate);
  readonly #channelCount: number;
  #chunk: Float32Array<ArrayBuffer>[];
  #filled = 0;
  #isRecording = true;

  constructor({ processorOptions }: { processorOptions: { channelCount: number } }) {
    super();
    this.#channelCount = processorOptions.channelCount;
    this.#chunk = this.#emptyChunk();
    this.port.onmessage = ({ data }: MessageEvent<StopMessage>) => {
      if (data.type === 'stop' && this.#isRecording) this.#stop();
    };
  }

  process([input]: Float32Array[][]): boolean {
    if (!this.#isRecording) return false;
    // A node whose upstream is silent for good has no channels: there is nothing to add, and no time has passed in the
    // recording.
    if (input.length === 0) return true;
    const length = input[0].length;
    for (let done = 0; done < length; ) {
      const count = Math.min(length - done, this.#capacity - this.#filled);
      for (let c = 0; c < this.#channelCount; c++) {
        for (let i = 0; i < count; i++) this.#chunk[c][this.#filled + i] = input[c][done + i];
      }
      this.#filled += count;
      done += count;
      if (this.#filled === this.#capacity) this.#send(false);
    }
    return true;
  }

  #stop(): void {
    this.#isRecording = false;
    this.#send(true);
    this.port.onmessage = null;
  }

  #send(last: boolean): void {
    const channels = this.#chunk.map((channel) =>
      this.#filled === this.#capacity ? channel : channel.slice(0, this.#filled),
    );
    this.port.postMessage(
      { channels, last } satisfies RecordedMessage,
      channels.map(({ buffer }) => buffer),
    );
    this.#filled = 0;
    this.#chunk = this.#emptyChunk();
  }

  #emptyChunk(): Float32Array<ArrayBuffer>[] {
    return Array.from({ length: this.#channelCount }, () => new Float32Array(this.#capacity));
  }
}
