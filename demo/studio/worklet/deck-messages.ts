/**
 * What the player and its worklet tell each other. Everything that belongs to one position carries its number, so that
 * answers about an older one are known as such.
 */
import type { DeckPiece } from './deck.ts';

export const DECK_PROCESSOR = 'studio-deck';

export type PlayerToDeck =
  | { readonly type: 'piece'; readonly piece: DeckPiece; readonly isLast: boolean }
  | { readonly type: 'seek'; readonly position: number }
  | { readonly type: 'run'; readonly isRunning: boolean }
  | { readonly type: 'listen'; readonly before: number; readonly after: number };

/** Sent about fifty times a second while it runs, and at the end. */
export interface DeckToPlayer {
  readonly position: number;
  /** Frames that were heard since that position. */
  readonly consumed: number;
  readonly hasEnded: boolean;
}
