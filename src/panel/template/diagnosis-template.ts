import { html, nothing } from 'lit';
import type { PanelView } from './panel-view.ts';

/** What there is to know about page and device; closed at first, and found out when it is opened. */
export function diagnosisTemplate({ node, diagnosis, values: { strings }, actions }: PanelView): unknown {
  if (node === null) return nothing;
  const { sentence, isUnderWay } = diagnosis;
  return html`<details class="diagnosis" part="diagnosis" @toggle=${actions.openDiagnosis}>
    <summary id="diagnosis">${strings.diagnosis}</summary>
    <div class="finding" aria-busy=${isUnderWay}>
      <p role="status" id="finding">
        ${isUnderWay ? strings.diagnosing : html`<bdi lang="en">${sentence}</bdi>`}
      </p>
      <button part="button" type="button" id="diagnose" ?disabled=${isUnderWay} @click=${actions.diagnose}>
        ${strings.diagnoseAgain}
      </button>
    </div>
  </details>`;
}
