import { css, html, LitElement } from 'lit';
import { property } from 'lit/decorators.js';

/**
 * A native range input with its name and its value in words.
 *
 * @summary A slider that says what it sets, and its value with a unit.
 * @event input - the value changes; read `value`
 * @slot start - what the lowest value means
 * @slot end - what the highest value means
 * @csspart label @csspart value @csspart input
 * @cssproperty --slider-track - paint of the track
 * @cssproperty --slider-thumb - colour of the thumb
 * @cssproperty --slider-size - diameter of the thumb
 */
export class LabelledSlider extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = css`
    :host { display: block; --size: var(--slider-size, 22px); }
    .names { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
    output { font-variant-numeric: tabular-nums; white-space: nowrap; }
    input {
      appearance: none; display: block; width: 100%; height: calc(var(--size) + 16px); margin: 0; background: none; cursor: pointer; touch-action: pan-y;
    }
    input:focus-visible { outline: 3px solid var(--focus, Highlight); outline-offset: 2px; border-radius: 8px; }
    input::-webkit-slider-runnable-track { height: calc(var(--size) / 2.6); border-radius: 99px; background: var(--slider-track, GrayText); }
    input::-moz-range-track { height: calc(var(--size) / 2.6); border-radius: 99px; background: var(--slider-track, GrayText); }
    input::-webkit-slider-thumb {
      appearance: none; width: var(--size); height: var(--size); margin-top: calc(var(--size) / 5.2 - var(--size) / 2); border-radius: 50%;
      border: 3px solid #fff; background: var(--slider-thumb, AccentColor); box-shadow: 0 1px 5px rgb(0 0 0 / 0.4); box-sizing: border-box;
    }
    input::-moz-range-thumb {
      width: var(--size); height: var(--size); border-radius: 50%; border: 3px solid #fff; background: var(--slider-thumb, AccentColor);
      box-shadow: 0 1px 5px rgb(0 0 0 / 0.4); box-sizing: border-box;
    }
    .ends { display: flex; justify-content: space-between; gap: 1rem; }
  `;

  @property() label = '';
  @property({ type: Number }) min = 0;
  @property({ type: Number }) max = 1;
  @property({ type: Number }) step = 0.01;
  @property({ type: Number }) value = 0;
  /** The value as it is shown and read out, for example `30 dB`. */
  @property({ attribute: false }) words: (value: number) => string = String;

  protected override render() {
    const words = this.words(this.value);
    return html`
      <div class="names">
        <label part="label" for="input">${this.label}</label>
        <output part="value" for="input" aria-live="off">${words}</output>
      </div>
      <input part="input" id="input" type="range" min=${this.min} max=${this.max} step=${this.step}
        .value=${String(this.value)} aria-valuetext=${words} @input=${this.#take}>
      <div class="ends"><slot name="start"></slot><slot name="end"></slot></div>
    `;
  }

  // The native event goes on through the shadow root and is the element's own.
  #take(event: Event): void {
    this.value = (event.target as HTMLInputElement).valueAsNumber;
  }
}
