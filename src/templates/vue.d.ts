/**
 * The entry `denoise-node/vue`: `denoise-node/panel`, whose tag templates of Vue 3.3 and later know by its types.
 * Written by hand, so that this repository needs no Vue to be built.
 */
import type { HTMLAttributes, PublicProps } from 'vue';
import type { DenoisePanel } from '../panel/define.ts';

export * from '../panel/define.ts';

/** What the tag takes in a template. */
export interface DenoisePanelProps
  extends Omit<HTMLAttributes, 'onReset'>,
    Partial<
      Pick<DenoisePanel, 'node' | 'models' | 'strings' | 'lang' | 'persist' | 'theme' | 'withoutMix' | 'seconds'>
    > {
  onDenoiseChange?: (event: HTMLElementEventMap['denoise-change']) => void;
  onDenoiseReset?: (event: HTMLElementEventMap['denoise-reset']) => void;
  onDenoiseRetry?: (event: HTMLElementEventMap['denoise-retry']) => void;
}

declare module 'vue' {
  interface GlobalComponents {
    'denoise-panel': new () => DenoisePanel & { $props: DenoisePanelProps & PublicProps };
  }
}
