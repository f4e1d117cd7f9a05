import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Frames closer together than this are left out: 120 a second show nothing that 60 do not. */
const LEAST_FRAME_MS = 12;

/** What happens while an element can be seen. */
export interface SeenWork {
  /** It has come into sight, or into the page. */
  readonly begin: () => void;
  /** Once a frame, at most about 60 times a second. `now` is the time of the frame, milliseconds. */
  readonly frame: (now: number) => void;
  /** It has gone out of sight, or out of the page. */
  readonly end: () => void;
}

/**
 * Runs work once a frame while its host is in the page, in the viewport, displayed, and in a tab that is visible. At
 * all other times it asks for no frame and sets no timer. Page and frames are those of the document in which the host
 * stands: a picture-in-picture window goes on while the tab that opened it is hidden.
 */
export class WhileSeen implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #work: SeenWork;
  #view: (Window & typeof globalThis) | undefined;
  #observer: IntersectionObserver | undefined;
  #intersects = false;
  #frame: number | undefined;
  #framedAt = 0;

  constructor(host: ReactiveControllerHost & Element, work: SeenWork) {
    this.#host = host;
    this.#work = work;
    host.addController(this);
  }

  /** Whether the work is going on. */
  get seen(): boolean {
    return this.#frame !== undefined;
  }

  hostConnected(): void {
    this.#view = this.#host.ownerDocument.defaultView ?? undefined;
    if (!this.#view) return;
    this.#observer = new this.#view.IntersectionObserver((entries) => {
      this.#intersects = entries.at(-1)?.isIntersecting ?? false;
      this.#look();
    });
    this.#observer.observe(this.#host);
    this.#view.document.addEventListener('visibilitychange', this.#look);
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#observer = undefined;
    this.#view?.document.removeEventListener('visibilitychange', this.#look);
    this.#intersects = false;
    this.#look();
    this.#view = undefined;
  }

  readonly #look = (): void => {
    const view = this.#view;
    if (!view) return;
    const isSeen = this.#intersects && view.document.visibilityState === 'visible';
    if (isSeen === this.seen) return;
    if (isSeen) {
      // Each window counts the time of its frames from its own beginning.
      this.#framedAt = Number.NEGATIVE_INFINITY;
      this.#frame = view.requestAnimationFrame(this.#next);
      this.#work.begin();
    } else {
      view.cancelAnimationFrame(this.#frame ?? 0);
      this.#frame = undefined;
      this.#work.end();
    }
  };

  readonly #next = (now: number): void => {
    this.#frame = this.#view?.requestAnimationFrame(this.#next);
    if (now - this.#framedAt < LEAST_FRAME_MS) return;
    this.#framedAt = now;
    this.#work.frame(now);
  };
}
