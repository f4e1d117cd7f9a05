import type { Player } from './player.ts';
import type { Recorder } from './recorder.ts';
import { failureString } from './strings.ts';

/** The button that records, and the link to what was recorded. */
export class RecordingControls {
  readonly #button: HTMLButtonElement;
  readonly #label: HTMLElement;
  readonly #place: HTMLElement;
  readonly #note: HTMLElement;
  #player: Player | undefined;
  #recorder: Recorder | undefined;
  #url: string | undefined;

  /**
   * @param label text of the button
   * @param place where the link goes
   * @param note what there is to say about the recording
   */
  constructor(button: HTMLButtonElement, label: HTMLElement, place: HTMLElement, note: HTMLElement) {
    this.#button = button;
    this.#label = label;
    this.#place = place;
    this.#note = note;
    button.addEventListener('click', () => void (this.#recorder ? this.finish() : this.#begin()));
  }

  /** Lets the visitor record what this player's node gives; nothing when there is none. */
  allow(player: Player | undefined): void {
    this.#player = player;
    this.#button.disabled = player === undefined;
  }

  /** Shows how long the recording is by now. */
  show(): void {
    if (this.#recorder) this.#label.textContent = `Stop recording ${formatClock(this.#recorder.seconds)}`;
  }

  /** Ends the recording, if there is one, and offers it. */
  async finish(): Promise<void> {
    const recorder = this.#recorder;
    if (!recorder) return;
    this.#recorder = undefined;
    this.#button.classList.remove('on');
    this.#label.textContent = 'Record the result';
    const { file, seconds } = await recorder.stop();
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(file);
    const link = document.createElement('a');
    link.className = 'download';
    link.href = this.#url;
    link.download = 'denoised.wav';
    link.textContent = `Download denoised.wav (${formatClock(seconds)}, ${(file.size / 1e6).toFixed(1)} MB)`;
    this.#place.replaceChildren(link);
    this.#note.textContent = '';
  }

  async #begin(): Promise<void> {
    if (!this.#player) return;
    try {
      this.#recorder = await this.#player.record();
    } catch (error) {
      this.#note.textContent = `Recording is not possible: ${failureString(error)}`;
      return;
    }
    this.#place.replaceChildren();
    this.#note.textContent = 'Every sample of the denoised sound, at its own rate, in 24 bits.';
    this.#button.classList.add('on');
    this.show();
  }
}

function formatClock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
