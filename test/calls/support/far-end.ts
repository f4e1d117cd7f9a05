/** What is heard at the far end of a call: levels of a track that was received. */

/** Length of a frame whose level is taken, samples at 48 kHz: 21 ms, shorter than the gaps between words. */
const FRAME_SAMPLES = 1024;
const SAMPLE_RATE_HZ = 48000;
/** Quieter is called this, because silence has no level. */
const SILENCE_DB = -120;
/** Longer than the voice and its pause, as {@link openNoisyMicrophone} has them. */
export const WHOLE_READING_SECONDS = 5;

/** Levels, dBFS. */
export interface Levels {
  /** Of the quietest tenth: the noise in the pauses of the voice. */
  readonly floorDb: number;
  /** Of the loudest twentieth: the voice. */
  readonly voiceDb: number;
}

/** Listens to a track. A frame that a busy page misses is missed; those that it gets are whole. */
export class FarEnd {
  readonly #context = new AudioContext({ sampleRate: SAMPLE_RATE_HZ });
  readonly #analyser = new AnalyserNode(this.#context, { fftSize: FRAME_SAMPLES });
  readonly #puller = new Audio();
  readonly #samples = new Float32Array(FRAME_SAMPLES);

  constructor(track: MediaStreamTrack) {
    const stream = new MediaStream([track]);
    // Chromium gives a graph nothing of a remote track until an element asks for it.
    this.#puller.muted = true;
    this.#puller.srcObject = stream;
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
  }

  /** Levels over some seconds of sound. */
  async levels(seconds = WHOLE_READING_SECONDS): Promise<Levels> {
    const frames = await this.#frames(seconds);
    frames.sort((a, b) => a - b);
    const at = (share: number): number => frames[Math.floor(share * (frames.length - 1))];
    return { floorDb: at(0.1), voiceDb: at(0.95) };
  }

  /** Waits for a quarter of a second whose levels are as wanted; fails with `what` when none comes. */
  async until(what: string, isSo: (loudestDb: number) => boolean, patienceMs = 20_000): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const loudest = Math.max(...(await this.#frames(0.25)));
      if (isSo(loudest)) return;
      if (performance.now() > deadline)
        throw new Error(`Waited ${patienceMs} ms in vain until ${what}: the far end hears ${loudest.toFixed(1)} dBFS.`);
    }
  }

  untilSilence(): Promise<void> {
    return this.until('the far end hears nothing', (loudestDb) => loudestDb < -90);
  }

  untilVoice(): Promise<void> {
    return this.until('the far end hears the voice', (loudestDb) => loudestDb > -30);
  }

  async close(): Promise<void> {
    this.#puller.srcObject = null;
    await this.#context.close();
  }

  /** The level of every frame that this page gets to see while these seconds pass, dBFS. */
  async #frames(seconds: number): Promise<number[]> {
    const levels: number[] = [];
    const begin = this.#context.currentTime;
    let last = begin;
    while (this.#context.currentTime < begin + seconds) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (this.#context.currentTime < last + FRAME_SAMPLES / SAMPLE_RATE_HZ) continue;
      last = this.#context.currentTime;
      this.#analyser.getFloatTimeDomainData(this.#samples);
      const power = this.#samples.reduce((sum, sample) => sum + sample ** 2, 0) / FRAME_SAMPLES;
      levels.push(Math.max(SILENCE_DB, 10 * Math.log10(power)));
    }
    return levels;
  }
}
