/**
 * In:     pieces of before and after, from player.ts
 * Out:    what is listened to
 * Thread: [audio]
 */
import { Deck } from './deck.ts';
import { DECK_PROCESSOR, type DeckToPlayer, type PlayerToDeck } from './deck-messages.ts';

/** How often the page is told where playback is. */
const REPORT_SECONDS = 0.02;

class DeckProcessor extends AudioWorkletProcessor {
  readonly #deck = new Deck(sampleRate);
  #position = 0;
  #unreported = 0;
  #lastConsumed = -1;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<PlayerToDeck>) => this.#take(data);
  }

  process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    this.#deck.render(output);
    this.#unreported += output[0].length;
    if (
      this.#unreported >= REPORT_SECONDS * sampleRate &&
      !this.#deck.isTurning &&
      this.#deck.consumed !== this.#lastConsumed
    )
      this.#report();
    return true;
  }

  #take(message: PlayerToDeck): void {
    switch (message.type) {
      case 'piece':
        this.#deck.push(message.piece, message.isLast);
        break;
      case 'seek':
        this.#position = message.position;
        this.#lastConsumed = -1;
        this.#deck.seek();
        break;
      case 'run':
        this.#deck.run(message.isRunning);
        break;
      case 'listen':
        this.#deck.listen(message.before, message.after);
        break;
      default:
        message satisfies never;
    }
  }

  #report(): void {
    this.#unreported = 0;
    this.#lastConsumed = this.#deck.consumed;
    this.port.postMessage({
      position: this.#position,
      consumed: this.#deck.consumed,
      hasEnded: this.#deck.hasEnded,
    } satisfies DeckToPlayer);
  }
}

registerProcessor(DECK_PROCESSOR, DeckProcessor);
