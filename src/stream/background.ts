/** Safari's own (https://www.w3.org/TR/audio-session/). */
interface AudioSession {
  type: string;
}

/**
 * Asks a phone to let the page go on behind a locked screen or another app, by what its platform has for that: Safari's
 * audio session of a call, and elsewhere an element that plays silence, which the system may show as media that play.
 * What the app has told the system itself stays.
 */
export class Background {
  readonly #element = new Audio();
  readonly #session: AudioSession | undefined = (navigator as { audioSession?: AudioSession }).audioSession;
  readonly #metadata: MediaMetadata | undefined;

  constructor(context: AudioContext) {
    // Of a track, so that no file is fetched and no policy of the page is asked.
    this.#element.srcObject = context.createMediaStreamDestination().stream;
    if (this.#session?.type === 'auto') this.#session.type = 'play-and-record';
    else this.#session = undefined;
    if (navigator.mediaSession?.metadata !== null) return;
    this.#metadata = new MediaMetadata({ title: document.title });
    navigator.mediaSession.metadata = this.#metadata;
  }

  /** To be called when sound may begin, and whenever it does again. */
  play(): void {
    this.#element.play().catch(() => {}); // Not allowed yet: the next time.
  }

  stop(): void {
    this.#element.pause();
    this.#element.srcObject = null;
    if (this.#session !== undefined) this.#session.type = 'auto';
    if (this.#metadata !== undefined && navigator.mediaSession.metadata === this.#metadata)
      navigator.mediaSession.metadata = null;
  }
}
