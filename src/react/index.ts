/** The entry `denoise-node/react`, for React 18 and 19: a hook, the panel as a component, and the type of its tag. */
import type { DenoisePanelAttributes } from './jsx.ts';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'denoise-panel': DenoisePanelAttributes;
    }
  }
}

export { DenoisePanel, type DenoisePanelProps } from './denoise-panel.ts';
export type { Denoised, DenoisedState, UseDenoiseOptions } from './denoised.ts';
export type { DenoisePanelAttributes } from './jsx.ts';
export { useDenoise } from './use-denoise.ts';
