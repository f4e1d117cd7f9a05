/**
 * In:     the share of each running file that is done (main.ts)
 * Out:    a bar for each, on a terminal
 * Thread: main
 */
import type { WriteStream } from 'node:tty';
import { printable } from './printable.ts';

const BAR_WIDTH = 24;
/** Bars are drawn at most this often. */
const REDRAW_MS = 100;

/** One line for each running file, below everything that is printed. Draws nothing unless it is told to. */
export class ProgressBars {
  readonly #running = new Map<string, { share: number; readonly startedMs: number }>();
  #drawnLines = 0;
  #drawnMs = 0;
  readonly #stream: WriteStream;
  readonly #shows: boolean;

  constructor(stream: WriteStream, shows: boolean) {
    this.#stream = stream;
    this.#shows = shows;
  }

  /** Sets the share of a file that is done, 0 … 1. */
  set(name: string, share: number): void {
    const known = this.#running.get(name);
    if (known === undefined) this.#running.set(name, { share, startedMs: performance.now() });
    else known.share = share;
    if (performance.now() - this.#drawnMs >= REDRAW_MS) this.#draw();
  }

  /** Removes a file's line. */
  end(name: string): void {
    this.#running.delete(name);
    this.#draw();
  }

  /** Prints lines that stay, above the bars. */
  print(print: () => void): void {
    this.#clear();
    print();
    this.#draw();
  }

  #draw(): void {
    if (!this.#shows) return;
    this.#clear();
    const width = this.#stream.columns || 80;
    for (const [name, { share, startedMs }] of this.#running)
      this.#stream.write(`${line(printable(name), share, performance.now() - startedMs, width)}\n`);
    this.#drawnLines = this.#running.size;
    this.#drawnMs = performance.now();
  }

  #clear(): void {
    // Moves up to the first bar and deletes everything below.
    if (this.#drawnLines > 0) this.#stream.write(`\x1b[${this.#drawnLines}A\x1b[0J`);
    this.#drawnLines = 0;
  }
}

function line(name: string, share: number, elapsedMs: number, width: number): string {
  const full = Math.round(share * BAR_WIDTH);
  const leftSeconds = share > 0 ? ((elapsedMs / 1000) * (1 - share)) / share : undefined;
  const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
  const percent = String(Math.floor(100 * share)).padStart(3);
  const tail = `${bar} ${percent} % ${leftSeconds === undefined ? '' : `${clock(leftSeconds)} left`}`;
  const room = Math.max(8, width - tail.length - 2);
  return `${name.length > room ? `…${name.slice(name.length - room + 1)}` : name} ${tail}`;
}

function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
