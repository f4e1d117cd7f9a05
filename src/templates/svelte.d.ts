/**
 * The entry `denoise-node/svelte`: `denoise-node/panel`, whose tag components of Svelte 4 and 5 know by its types.
 * Written by hand, so that this repository needs no Svelte to be built.
 */
import type { HTMLAttributes } from 'svelte/elements';
import type { DenoisePanel } from '../panel/define.ts';

export * from '../panel/define.ts';

/** What the tag takes in a component. */
export interface DenoisePanelAttributes
  extends HTMLAttributes<DenoisePanel>,
    Partial<Pick<DenoisePanel, 'node' | 'models' | 'strings' | 'persist' | 'theme' | 'withoutMix' | 'seconds'>> {
  'without-mix'?: boolean | '';
  'ondenoise-change'?: (event: HTMLElementEventMap['denoise-change']) => void;
  'ondenoise-reset'?: (event: HTMLElementEventMap['denoise-reset']) => void;
  'ondenoise-retry'?: (event: HTMLElementEventMap['denoise-retry']) => void;
  /** As Svelte 4 has it. */
  'on:denoise-change'?: (event: HTMLElementEventMap['denoise-change']) => void;
  'on:denoise-reset'?: (event: HTMLElementEventMap['denoise-reset']) => void;
  'on:denoise-retry'?: (event: HTMLElementEventMap['denoise-retry']) => void;
}

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'denoise-panel': DenoisePanelAttributes;
  }
}
