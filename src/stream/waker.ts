/** What counts as a gesture that lets sound begin, in one browser or another. */
const GESTURES = ['pointerup', 'touchend', 'click', 'keydown'] as const;
/** When a context that was left suspended behind another tab or app may be allowed again. */
const RETURNS = ['visibilitychange', 'pageshow'] as const;

/**
 * Resumes a context inside each gesture until `stop` is called, and without one where there was one before. Only out of
 * `suspended`: in Safari, `resume()` while the context is `interrupted` stops its clock for good.
 */
export class Waker {
  readonly #context: AudioContext;
  readonly #listeners = new AbortController();

  constructor(context: AudioContext) {
    this.#context = context;
    const options = { capture: true, passive: true, signal: this.#listeners.signal };
    for (const gesture of GESTURES) window.addEventListener(gesture, () => this.resume(), options);
    for (const back of RETURNS) window.addEventListener(back, () => this.#tryAgain(), options);
    context.addEventListener('statechange', () => this.#tryAgain(), options);
  }

  /** To be called inside a gesture, or where a page may do without: Safari's may while it hears a microphone. */
  resume(): void {
    // Not awaited: a browser that wants a gesture answers only then.
    if (this.#context.state === 'suspended') this.#context.resume().catch(() => {});
  }

  stop(): void {
    this.#listeners.abort();
  }

  /** A page that has had no gesture yet would only be warned. */
  #tryAgain(): void {
    if (navigator.userActivation?.hasBeenActive ?? true) this.resume();
  }
}
