import { css, html, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { PortableElement } from './portable-element.ts';

const QUIETEST_DB = -60;
/** What counts as silence: no converter is that good. */
const SILENCE_DB = -120;
const PEAK_HOLD_MS = 1200;
const PEAK_FALL_DB_PER_SECOND = 20;
/** The number changes no more often than this: nobody could read it, and screen readers would never fall silent. */
const TEXT_MS = 250;

/**
 * A level as a bar, with a mark that stays at the highest value for a while.
 *
 * @tag denoise-meter
 * @summary A level meter, −60 to 0 dBFS, with peak hold.
 * @csspart label - the name
 * @csspart value - the level as text
 * @csspart bar - the track
 * @cssproperty --meter-fill - paint of the bar, over the width of the whole track
 * @cssproperty --meter-track - paint behind it
 */
export class LevelMeter extends PortableElement {
  static override styles = css`
    :host {
      display: grid; grid-template-columns: auto 1fr 5.2em; align-items: center; gap: 0.7em;
      font-variant-numeric: tabular-nums;
    }
    .bar {
      position: relative; height: 8px; border-radius: 99px; background: var(--meter-track, GrayText); overflow: hidden;
    }
    .fill { position: absolute; inset: 0; background: var(--meter-fill, AccentColor); clip-path: inset(0 100% 0 0); }
    .peak { position: absolute; inset: 0; transform: translateX(-2px); }
    .peak::before { content: ''; position: absolute; inset-block: 0; left: -2px; width: 2px; background: currentColor; }
    .value { text-align: end; white-space: nowrap; }
    /* Levels grow the way one reads, as in native meters. */
    :host(:dir(rtl)) .bar { scale: -1 1; }
  `;

  @property() label = '';
  /** Turns a level into text, as it is shown and read out; −Infinity is silence. */
  @property({ attribute: false }) words: (level: number) => string = (level) =>
    Number.isFinite(level) ? `${Math.round(level)} dB`.replace('-', '−') : 'silent';

  @query('.fill', true) private fill!: HTMLElement;
  @query('.peak', true) private mark!: HTMLElement;
  #level = Number.NEGATIVE_INFINITY;
  #said = Number.NEGATIVE_INFINITY;
  #saidAt = Number.NEGATIVE_INFINITY;
  #peak = QUIETEST_DB;
  #peakAt = 0;
  #movedAt = 0;

  /**
   * Level now, dBFS; −Infinity is silence. The bar follows at once, the text four times a second. Set it once a frame:
   * that also lets the peak fall.
   */
  @property({ type: Number, attribute: false, noAccessor: true })
  set level(level: number) {
    this.#level = level;
    const now = performance.now();
    const isSilent = !(level > SILENCE_DB);
    if (level !== this.#said && (isSilent || now - this.#saidAt >= TEXT_MS)) {
      this.#said = level;
      this.#saidAt = now;
      this.requestUpdate();
    }
    this.#move(now);
  }

  get level(): number {
    return this.#level;
  }

  /** The highest recent level, dBFS, as the mark shows it. */
  get peak(): number {
    return this.#peak;
  }

  protected override render(): TemplateResult {
    const text = this.words(this.#said > SILENCE_DB ? this.#said : Number.NEGATIVE_INFINITY);
    const value = Math.round(Math.min(0, Math.max(QUIETEST_DB, this.#said)));
    return html`
      <span part="label" id="label">${this.label}</span>
      <div class="bar" part="bar" role="meter" aria-labelledby="label" aria-valuemin=${QUIETEST_DB} aria-valuemax="0"
        aria-valuenow=${value} aria-valuetext=${text}>
        <div class="fill"></div><div class="peak"></div>
      </div>
      <span class="value" part="value" aria-hidden="true"><bdi>${text}</bdi></span>
    `;
  }

  protected override firstUpdated(): void {
    this.#move(performance.now());
  }

  // Through the object model, because a strict content security policy refuses style attributes in markup. Neither
  // property causes layout.
  #move(now: number): void {
    if (this.#level >= this.#peak) [this.#peak, this.#peakAt] = [this.#level, now];
    else if (now - this.#peakAt > PEAK_HOLD_MS) {
      this.#peak -= (PEAK_FALL_DB_PER_SECOND * (now - Math.max(this.#movedAt, this.#peakAt + PEAK_HOLD_MS))) / 1000;
      this.#peak = Math.max(QUIETEST_DB, this.#level, this.#peak);
    }
    this.#movedAt = now;
    if (!this.hasUpdated && !this.renderRoot?.firstElementChild) return;
    this.fill.style.clipPath = `inset(0 ${100 - percent(this.#level)}% 0 0)`;
    this.mark.style.transform = `translateX(${percent(this.#peak)}%)`;
  }
}

function percent(level: number): number {
  return 100 * Math.min(1, Math.max(0, 1 - level / QUIETEST_DB));
}
