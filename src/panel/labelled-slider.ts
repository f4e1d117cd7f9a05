import { css, html, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { PortableElement } from './portable-element.ts';

/**
 * A native range input with its name and its value as text.
 *
 * @tag denoise-slider
 * @summary A slider with its name and its value, unit included.
 * @event input - the value changes; read `value`
 * @slot start - what the lowest value means
 * @slot end - what the highest value means
 * @csspart label - the name
 * @csspart value - the value as text
 * @csspart input - the native range input
 * @cssproperty --slider-track - paint of the whole track; without it, the part below the value is filled
 * @cssproperty --slider-fill - colour of the part below the value
 * @cssproperty --slider-rest - colour of the part above it
 * @cssproperty --slider-thumb - colour of the thumb
 * @cssproperty --slider-ring - colour of the ring round the thumb
 * @cssproperty --slider-size - diameter of the thumb
 */
export class LabelledSlider extends PortableElement {
  static override shadowRootOptions: ShadowRootInit = { ...PortableElement.shadowRootOptions, delegatesFocus: true };
  static override styles = css`
    :host { display: block; --size: var(--slider-size, 22px); }
    :host([hidden]) { display: none; }
    .names { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
    output { font-variant-numeric: tabular-nums; white-space: nowrap; }
    input {
      --paint: var(
        --slider-track,
        linear-gradient(
          var(--along, 90deg),
          var(--slider-fill, AccentColor) var(--filled, 0%),
          var(--slider-rest, GrayText) var(--filled, 0%)
        )
      );
      appearance: none; box-sizing: border-box; display: block; width: 100%; height: calc(var(--size) + 16px);
      margin: 0; background: none; cursor: pointer; touch-action: pan-y;
    }
    :host(:dir(rtl)) input { --along: 270deg; }
    input:disabled { cursor: default; opacity: 0.5; }
    input:focus-visible { outline: 3px solid var(--focus, Highlight); outline-offset: 2px; border-radius: 8px; }
    input::-webkit-slider-runnable-track {
      height: calc(var(--size) / 2.6); border-radius: 99px; background: var(--paint);
    }
    input::-moz-range-track { height: calc(var(--size) / 2.6); border-radius: 99px; background: var(--paint); }
    input::-webkit-slider-thumb {
      appearance: none; width: var(--size); height: var(--size); margin-top: calc(var(--size) / 5.2 - var(--size) / 2);
      border: 3px solid var(--slider-ring, #fff); border-radius: 50%; background: var(--slider-thumb, AccentColor);
      box-shadow: 0 1px 4px rgb(0 0 0 / 0.35); box-sizing: border-box;
    }
    input::-moz-range-thumb {
      width: var(--size); height: var(--size);
      border: 3px solid var(--slider-ring, #fff); border-radius: 50%; background: var(--slider-thumb, AccentColor);
      box-shadow: 0 1px 4px rgb(0 0 0 / 0.35); box-sizing: border-box;
    }
    .ends { display: flex; justify-content: space-between; gap: 1rem; }
  `;

  @property() label = '';
  @property({ type: Number }) min = 0;
  @property({ type: Number }) max = 1;
  @property({ type: Number }) step = 0.01;
  @property({ type: Number }) value = 0;
  @property({ type: Boolean, reflect: true }) disabled = false;
  /** Turns the value into text, as it is shown and read out: for example `30 dB`. */
  @property({ attribute: false }) words: (value: number) => string = String;

  @query('input', true) private input!: HTMLInputElement;

  protected override render(): TemplateResult {
    const text = this.words(this.value);
    return html`
      <div class="names">
        <label part="label" for="input">${this.label}</label>
        <output part="value" for="input" aria-live="off"><bdi>${text}</bdi></output>
      </div>
      <input
        part="input"
        id="input"
        type="range"
        min=${this.min}
        max=${this.max}
        step=${this.step}
        ?disabled=${this.disabled}
        .value=${String(this.value)}
        aria-valuetext=${text}
        @input=${this.#take}
      />
      <div class="ends"><slot name="start"></slot><slot name="end"></slot></div>
    `;
  }

  // Through the object model, because a strict content security policy refuses style attributes in markup. The middle
  // of the thumb never reaches the ends of the track.
  protected override updated(): void {
    const share = Math.min(1, Math.max(0, (this.value - this.min) / (this.max - this.min)));
    this.input.style.setProperty('--filled', `calc(var(--size) / 2 + ${share} * (100% - var(--size)))`);
  }

  // The native event crosses the shadow root: it is the element's own, too.
  #take(event: Event): void {
    this.value = (event.target as HTMLInputElement).valueAsNumber;
  }
}
