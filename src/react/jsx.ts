import type { ClassAttributes, HTMLAttributes } from 'react';
import type { DenoisePanel } from '../panel/define.ts';

/** What the tag takes in JSX. React 19 sets what is no string as a property; React 18 knows attributes alone. */
export interface DenoisePanelAttributes
  extends HTMLAttributes<DenoisePanel>,
    ClassAttributes<DenoisePanel>,
    Partial<Pick<DenoisePanel, 'node' | 'models' | 'strings' | 'persist' | 'theme' | 'withoutMix' | 'seconds'>> {
  /** React writes what is given to a custom element as it is: `class`, not `className`, before React 19. */
  class?: string;
  'without-mix'?: boolean | '';
  /** React 19 alone listens to events of custom elements. */
  'ondenoise-change'?: (event: HTMLElementEventMap['denoise-change']) => void;
  'ondenoise-reset'?: (event: HTMLElementEventMap['denoise-reset']) => void;
  'ondenoise-retry'?: (event: HTMLElementEventMap['denoise-retry']) => void;
}
