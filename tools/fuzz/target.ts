import type { Random } from './random.ts';

/** Something that takes input from the world. */
export interface FuzzTarget {
  readonly name: string;
  /** Makes one input by chance, and throws where its subject does what it must not. */
  run(random: Random): Promise<void>;
}
