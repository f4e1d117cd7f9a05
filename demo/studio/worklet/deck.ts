/**
 * In:     before and after, aligned, a piece at a time (player.ts, through deck-processor.ts)
 * Out:    what is listened to: a mixture of the two
 * Thread: [audio]; pure
 *
 * Both versions pass in step and only their gains change, so that switching neither skips nor repeats a sample.
 * "Removed" is before minus after, which two gains of opposite sign make.
 */

/** A piece of both versions: one array for each channel that is heard, all of one length. */
export interface DeckPiece {
  readonly before: readonly Float32Array[];
  readonly after: readonly Float32Array[];
}

/** Short enough to seem at once, long enough not to click. */
const RAMP_SECONDS = 0.008;

/** A gain that moves to its target in a straight line. */
class Ramp {
  value: number;
  readonly #samples: number;
  #target: number;
  #step = 0;

  /** @param samples how long every move takes */
  constructor(value: number, samples: number) {
    this.value = value;
    this.#samples = samples;
    this.#target = value;
  }

  get target(): number {
    return this.#target;
  }

  to(target: number): void {
    if (target === this.#target) return;
    this.#target = target;
    this.#step = (target - this.value) / this.#samples;
  }

  next(): number {
    if (this.value !== this.#target) {
      this.value += this.#step;
      const isThere = this.#step > 0 ? this.value >= this.#target : this.value <= this.#target;
      if (isThere) this.value = this.#target;
    }
    return this.value;
  }
}

export class Deck {
  readonly #before: Ramp;
  readonly #after: Ramp;
  /** 0 while it stands still: pause and seek fade out first. */
  readonly #level: Ramp;
  #pieces: DeckPiece[] = [];
  #offset = 0;
  #consumed = 0;
  #isRunning = false;
  #isLast = false;
  /** Pieces of another position, which wait until the old one has faded out. */
  #next: { pieces: DeckPiece[]; isLast: boolean } | undefined;

  constructor(sampleRateHz: number) {
    const samples = Math.max(1, Math.round(RAMP_SECONDS * sampleRateHz));
    this.#before = new Ramp(0, samples);
    this.#after = new Ramp(1, samples);
    this.#level = new Ramp(0, samples);
  }

  /** Frames that have been heard since the last {@link seek}. */
  get consumed(): number {
    return this.#consumed;
  }

  /** True from a {@link seek} until its position is reached. */
  get isTurning(): boolean {
    return this.#next !== undefined;
  }

  /** True when the last piece has been heard. */
  get hasEnded(): boolean {
    return this.#isLast && this.#pieces.length === 0 && this.#next === undefined;
  }

  /** Adds a piece; after the last nothing comes but a {@link seek}. */
  push(piece: DeckPiece, isLast: boolean): void {
    const to = this.#next;
    (to?.pieces ?? this.#pieces).push(piece);
    if (to) to.isLast = isLast;
    else this.#isLast = isLast;
  }

  /** What follows belongs to another position: what is here is faded out and dropped. */
  seek(): void {
    this.#next = { pieces: [], isLast: false };
  }

  /** Starts, or fades out and stands still. */
  run(isRunning: boolean): void {
    this.#isRunning = isRunning;
  }

  /** Gains of before and after. */
  listen(before: number, after: number): void {
    this.#before.to(before);
    this.#after.to(after);
  }

  /**
   * Fills the outputs; a recording of one channel goes to all of them. Silence where there is nothing to play.
   * Allocates nothing.
   */
  render(outputs: readonly Float32Array[]): void {
    const length = outputs[0].length;
    for (let i = 0; i < length; i++) {
      if (this.#next !== undefined && (this.#level.value === 0 || this.#pieces.length === 0)) this.#turn();
      const piece = this.#pieces[0];
      const isAudible = this.#isRunning && this.#next === undefined && piece !== undefined;
      this.#level.to(isAudible ? 1 : 0);
      const level = this.#level.next();
      const before = level * this.#before.next();
      const after = level * this.#after.next();
      if (piece === undefined || (level === 0 && !isAudible)) {
        for (let c = 0; c < outputs.length; c++) outputs[c][i] = 0;
        continue;
      }
      for (let c = 0; c < outputs.length; c++) {
        const from = Math.min(c, piece.before.length - 1);
        outputs[c][i] = before * piece.before[from][this.#offset] + after * piece.after[from][this.#offset];
      }
      this.#advance(piece);
    }
  }

  #advance(piece: DeckPiece): void {
    this.#consumed += 1;
    this.#offset += 1;
    if (this.#offset < piece.before[0].length) return;
    this.#pieces.shift();
    this.#offset = 0;
    // Nothing is left to fade out with.
    if (this.#pieces.length === 0) this.#level.value = 0;
  }

  #turn(): void {
    this.#pieces = this.#next!.pieces;
    this.#isLast = this.#next!.isLast;
    this.#next = undefined;
    this.#offset = 0;
    this.#consumed = 0;
    this.#level.value = 0;
  }
}
