import type { DenoiseNode } from '../../main/denoise-node.ts';

/** A level is that of the latest samples, taken once a frame. */
const SAMPLES = 2048;
/** Weight of a new level against those before. */
const SMOOTHING = 0.3;

/** One side of a node, to be drawn. */
export interface TapSide {
  readonly analyser: AnalyserNode;
  /** Root mean square, smoothed over about 100 ms, dBFS; −Infinity is silence. */
  readonly level: number;
}

/**
 * Listens to both sides of a node through analysers of its own. Closed, it is connected to nothing and costs nothing.
 */
export class NodeTap {
  readonly noisy: Side;
  readonly enhanced: Side;
  readonly #node: DenoiseNode;
  #isOpen = false;

  constructor(node: DenoiseNode) {
    this.#node = node;
    this.noisy = new Side(node.context.createAnalyser());
    this.enhanced = new Side(node.context.createAnalyser());
  }

  open(): void {
    if (this.#isOpen || this.#node.state === 'disposed') return;
    this.#isOpen = true;
    this.#node.noisy.connect(this.noisy.analyser);
    this.#node.connect(this.enhanced.analyser);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      this.#node.noisy.disconnect(this.noisy.analyser);
      this.#node.disconnect(this.enhanced.analyser);
    } catch {
      // The node was disposed of, or its app has cut all its connections: nothing is left to cut.
    }
  }

  /** Takes the levels of this moment. Call it once a frame. */
  measure(): void {
    const isRunning = this.#isOpen && this.#node.context.state === 'running';
    this.noisy.measure(isRunning);
    this.enhanced.measure(isRunning);
  }
}

class Side implements TapSide {
  readonly analyser: AnalyserNode;
  #meanSquare = 0;
  #samples = new Float32Array(0);

  constructor(analyser: AnalyserNode) {
    this.analyser = analyser;
  }

  get level(): number {
    return 10 * Math.log10(this.#meanSquare);
  }

  measure(isRunning: boolean): void {
    if (!isRunning) {
      this.#meanSquare = 0;
      return;
    }
    if (this.#samples.length !== this.analyser.fftSize) this.#samples = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    // The newest are at the end.
    const start = Math.max(0, this.#samples.length - SAMPLES);
    for (let i = start; i < this.#samples.length; i++) sum += this.#samples[i] * this.#samples[i];
    this.#meanSquare += SMOOTHING * (sum / (this.#samples.length - start) - this.#meanSquare);
    if (!(this.#meanSquare > 1e-20)) this.#meanSquare = 0;
  }
}
