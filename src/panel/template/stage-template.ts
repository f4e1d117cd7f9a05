import { html, type TemplateResult } from 'lit';
import type { PanelView } from './panel-view.ts';

/** Level and spectrogram of both sides, the noisy one above. */
export function stageTemplate({ node, seconds, values }: PanelView): TemplateResult {
  const { strings } = values;
  // The noisy picture is held back by the latency, so that both show the same moment above each other.
  return html`
    <div class="side noisy" part="picture">
      <div class="caption">
        <span class="name" aria-hidden="true">${strings.noisy}</span>
        <denoise-meter id="level-noisy" .label=${strings.noisyLevel} .words=${values.level}></denoise-meter>
      </div>
      <denoise-spectrogram
        id="picture-noisy"
        without-time
        .label=${strings.noisyPicture}
        .seconds=${seconds}
        .lag=${node?.latency ?? 0}
      ></denoise-spectrogram>
    </div>
    <div class="side enhanced" part="picture">
      <div class="caption">
        <span class="name" aria-hidden="true">${strings.enhanced}</span>
        <denoise-meter id="level-enhanced" .label=${strings.enhancedLevel} .words=${values.level}></denoise-meter>
      </div>
      <denoise-spectrogram
        id="picture-enhanced"
        .label=${strings.enhancedPicture}
        .seconds=${seconds}
        .now=${strings.now}
        .secondsAcross=${strings.secondsAcross}
      ></denoise-spectrogram>
    </div>
  `;
}
