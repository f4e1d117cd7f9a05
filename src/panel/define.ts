/** The entry `denoise-node/panel`: registers the elements, which is the one side effect in this folder, and names their classes. */
import { LabelledSlider } from './labelled-slider.ts';
import { LevelMeter } from './level-meter.ts';
import { SpectrogramView } from './spectrogram-view.ts';

customElements.define('denoise-slider', LabelledSlider);
customElements.define('denoise-meter', LevelMeter);
customElements.define('denoise-spectrogram', SpectrogramView);

declare global {
  interface HTMLElementTagNameMap {
    'denoise-slider': LabelledSlider;
    'denoise-meter': LevelMeter;
    'denoise-spectrogram': SpectrogramView;
  }
}

export { LabelledSlider, LevelMeter, SpectrogramView };
