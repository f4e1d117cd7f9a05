/** Of levels that are remembered: some sentences, and the pauses between them. */
const MEMORY_SECONDS = 6;
/** Shorter than a pause between words. */
const FRAME_SAMPLES = 1024;
const FADE_SECONDS = 0.03;

/** Levels of the last seconds, dBFS; −Infinity for silence. */
export interface HeardLevels {
  /** Of the quietest tenth: what is left in the pauses. */
  readonly floorDb: number;
  /** Of the loudest tenth: the voice. */
  readonly voiceDb: number;
}

/**
 * One sound as the other side gets it, measured, and heard or not:
 *
 *     track ─► analyser ─► gain ─► destination
 */
export class Ear {
  readonly #context: AudioContext;
  readonly #source: AudioNode;
  readonly #analyser: AnalyserNode;
  readonly #gain: GainNode;
  /** Chromium gives a graph nothing of a received track until an element asks for it. */
  readonly #puller = new Audio();
  readonly #samples = new Float32Array(FRAME_SAMPLES);
  #frames: { time: number; db: number }[] = [];

  constructor(context: AudioContext, track: MediaStreamTrack) {
    this.#context = context;
    const stream = new MediaStream([track]);
    this.#puller.muted = true;
    this.#puller.srcObject = stream;
    this.#source = context.createMediaStreamSource(stream);
    this.#analyser = new AnalyserNode(context, { fftSize: FRAME_SAMPLES });
    this.#gain = new GainNode(context, { gain: 0 });
    this.#source.connect(this.#analyser).connect(this.#gain).connect(context.destination);
  }

  /** Takes the present level into account: to be called often. */
  measure(): void {
    const { currentTime: time } = this.#context;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let power = 0;
    for (const sample of this.#samples) power += sample ** 2;
    this.#frames = this.#frames.filter((frame) => frame.time > time - MEMORY_SECONDS);
    this.#frames.push({ time, db: 10 * Math.log10(power / FRAME_SAMPLES) });
  }

  get levels(): HeardLevels | undefined {
    const levels = this.#frames.map(({ db }) => db).sort((a, b) => a - b);
    if (levels.length === 0) return undefined;
    const at = (share: number): number => levels[Math.floor(share * (levels.length - 1))];
    return { floorDb: at(0.1), voiceDb: at(0.9) };
  }

  /** Forgets what was, because something else sounds from now on. */
  forget(): void {
    this.#frames = [];
  }

  hear(isHeard: boolean): void {
    this.#gain.gain.setTargetAtTime(isHeard ? 1 : 0, this.#context.currentTime, FADE_SECONDS / 3);
  }

  close(): void {
    this.#source.disconnect();
    this.#gain.disconnect();
    this.#puller.srcObject = null;
  }
}
