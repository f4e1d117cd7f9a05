/**
 * In:     sentences (main.ts, queue/)
 * Out:    the same on the terminal
 * Thread: main
 */
import { printable } from './printable.ts';

/** Exit statuses, as `--help` documents them. */
export const Exit = { ok: 0, someFailed: 1, usage: 2, model: 3, unreachable: 4, interrupted: 130 } as const;

/** A line about something that is wrong. */
export function complain(text: string): void {
  process.stderr.write(`denoise-node: ${printable(text)}\n`);
}

/** Text as it is; returns the status of a command that has done what it was asked. */
export function print(text: string): number {
  process.stdout.write(text);
  return Exit.ok;
}
