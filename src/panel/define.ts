/**
 * The entry `denoise-node/panel`: registers the elements, which is the one side effect in this folder, and names their
 * classes and strings.
 */
import { DenoisePanel, type SettingChange } from './denoise-panel.ts';
import { LabelledSlider } from './labelled-slider.ts';
import { LevelMeter } from './level-meter.ts';
import { SpectrogramView } from './spectrogram-view.ts';

/** Where another copy of the package has registered its elements, they stay. */
function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}

define('denoise-slider', LabelledSlider);
define('denoise-meter', LevelMeter);
define('denoise-spectrogram', SpectrogramView);
define('denoise-panel', DenoisePanel);

declare global {
  interface HTMLElementTagNameMap {
    'denoise-panel': DenoisePanel;
    'denoise-slider': LabelledSlider;
    'denoise-meter': LevelMeter;
    'denoise-spectrogram': SpectrogramView;
  }
  interface HTMLElementEventMap {
    'denoise-change': CustomEvent<SettingChange>;
    'denoise-reset': CustomEvent<void>;
    'denoise-retry': CustomEvent<void>;
  }
}

export * from './locales/index.ts';
export { registerLocale } from './locales/registry.ts';
export type { PanelSettings } from './node/kept-settings.ts';
export type { PanelState, PanelStrings, StateWords } from './strings.ts';
export type { ModelChoice } from './template/panel-view.ts';
export { DenoisePanel, LabelledSlider, LevelMeter, type SettingChange, SpectrogramView };
