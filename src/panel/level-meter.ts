import { css, html, LitElement } from 'lit';
import { property } from 'lit/decorators.js';

const QUIETEST_DB = -60;
const PEAK_HOLD_MS = 1200;
const PEAK_FALL_DB_PER_SECOND = 20;

/**
 * A level as a bar with a mark that stays at the highest value for a while.
 *
 * @summary A level meter, −60 to 0 dBFS.
 * @csspart label @csspart value @csspart bar
 * @cssproperty --meter-fill - paint of the bar
 * @cssproperty --meter-track - paint behind it
 */
export class LevelMeter extends LitElement {
  static override styles = css`
    :host { display: grid; grid-template-columns: auto 1fr 5.2em; align-items: center; gap: 0.7em; font-variant-numeric: tabular-nums; }
    .bar { position: relative; height: 8px; border-radius: 99px; background: var(--meter-track, GrayText); overflow: hidden; }
    .fill { position: absolute; inset: 0; width: var(--level, 0%); background: var(--meter-fill, AccentColor); border-radius: inherit; }
    .peak { position: absolute; inset-block: 0; left: calc(var(--peak, 0%) - 2px); width: 2px; background: currentColor; }
    .value { text-align: right; white-space: nowrap; }
  `;

  @property() label = '';
  /** Level now, dBFS; −Infinity is silence. */
  @property({ type: Number, attribute: false }) level = Number.NEGATIVE_INFINITY;

  #peak = QUIETEST_DB;
  #peakAt = 0;
  #drawnAt = 0;

  protected override render() {
    const words = this.level > QUIETEST_DB ? `${Math.round(this.level)} dB`.replace('-', '−') : 'silent';
    const value = Math.round(Math.min(0, Math.max(QUIETEST_DB, this.level)));
    return html`
      <span part="label" id="label">${this.label}</span>
      <div class="bar" part="bar" role="meter" aria-labelledby="label" aria-valuemin=${QUIETEST_DB} aria-valuemax="0"
        aria-valuenow=${value} aria-valuetext=${words}>
        <div class="fill"></div><div class="peak"></div>
      </div>
      <span class="value" part="value" aria-hidden="true">${words}</span>
    `;
  }

  // Set through the object model: a style attribute is what a strict content security policy refuses.
  protected override updated(): void {
    const now = performance.now();
    if (this.level >= this.#peak) [this.#peak, this.#peakAt] = [this.level, now];
    else if (now - this.#peakAt > PEAK_HOLD_MS) this.#peak -= (PEAK_FALL_DB_PER_SECOND * (now - Math.max(this.#drawnAt, this.#peakAt + PEAK_HOLD_MS))) / 1000;
    this.#drawnAt = now;
    this.style.setProperty('--level', percent(this.level));
    this.style.setProperty('--peak', percent(this.#peak));
  }
}

function percent(level: number): string {
  return `${100 * Math.min(1, Math.max(0, 1 - level / QUIETEST_DB))}%`;
}
