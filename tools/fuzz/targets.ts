import { manifests } from './manifests.ts';
import { messages } from './messages.ts';
import { options } from './options.ts';
import { readers } from './readers.ts';
import type { FuzzTarget } from './target.ts';

/** Everything that takes input from the world. */
export const TARGETS: readonly FuzzTarget[] = [readers, manifests, messages, options];
