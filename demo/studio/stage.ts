import { html, nothing, render, type TemplateResult } from 'lit';
import { formatClock, formatDecibels, formatLength } from './formatters.ts';
import { stateString } from './item-strings.ts';
import { drawPicture, PICTURE_LEFT, type PictureStyle, timeTicks } from './picture.ts';
import type { Player, Version } from './player.ts';
import type { Item } from './queue.ts';
import { failureString } from './strings.ts';

/**
 * The studio's right side: the selected file's pictures, and the player over them.
 * Thread: [main]
 */

export interface StageActions {
  download(item: Item): void;
  trySample(): void;
  fail(message: string): void;
}

/** From top to bottom, by their place in sketches and reports. */
const ROWS = [
  { version: 'before', index: 0, title: 'Before', key: 1 },
  { version: 'after', index: 1, title: 'After', key: 2 },
  { version: 'removed', index: 2, title: 'Removed', key: 3 },
] as const satisfies readonly { version: Version; index: number; title: string; key: number }[];

/** Room that a time needs under the pictures, CSS pixels. */
const TICK_WIDTH = 64;

export class Stage {
  item: Item | undefined;
  readonly #place: HTMLElement;
  readonly #player: Player;
  readonly #actions: StageActions;
  /** What the pictures show now, to draw them only when that changes. */
  #drawn = { sketch: undefined as unknown, filled: -1, width: 0, height: 0 };
  #isFollowing = false;

  constructor(place: HTMLElement, player: Player, actions: StageActions) {
    this.#place = place;
    this.#player = player;
    this.#actions = actions;
    new ResizeObserver(() => this.#drawPictures()).observe(place);
  }

  draw(): void {
    render(this.#view(), this.#place);
    this.#drawPictures();
    this.#showTime();
    if (this.#player.isPlaying && !this.#isFollowing) this.#follow();
  }

  #view(): TemplateResult {
    const { item } = this;
    if (!item) {
      return html`<div class="empty">
        <p>A file shows here what was in it, what is left, and what was removed.</p>
        <p>None at hand? <button id="try-sample" type="button" @click=${this.#actions.trySample}>Take a noisy sample</button></p>
      </div>`;
    }
    const { recording, enhanced, seconds } = item;
    return html`
      <div class="stage-head">
        <h2>${item.file.name}</h2>
        <p class="facts">${recording ? `${recording.facts}, ${formatLength(seconds!)}` : stateString(item)}</p>
      </div>
      <div class="pictures" @pointerdown=${this.#grab} @pointermove=${this.#drag}>
        ${ROWS.map((row) => this.#row(item, row.version, row.index, row.title))}
        <div class="playhead" aria-hidden="true" ?hidden=${!enhanced}></div>
      </div>
      <div class="times" aria-hidden="true">${seconds ? this.#ticks(seconds).map(({ text }) => html`<span class="tick">${text}</span>`) : nothing}</div>
      ${this.#transport(item)}
      ${recording && enhanced ? this.#outcome(item) : nothing}
    `;
  }

  #row(item: Item, version: Version, index: number, title: string): TemplateResult {
    const loudness = item.enhanced?.report.loudness[index];
    const isHeard = item.enhanced !== undefined && this.#player.listens === version;
    const figure =
      loudness === undefined
        ? ''
        : Number.isFinite(loudness)
          ? `${loudness.toFixed(1).replace('-', '−')} LUFS`
          : 'silent';
    return html`
      <figure class="row ${version}" ?data-heard=${isHeard}>
        <figcaption><h3>${title}</h3><span class="figure">${figure}</span></figcaption>
        <canvas role="img" aria-label="Waveform and spectrogram, ${title.toLowerCase()}: ${item.file.name}"></canvas>
      </figure>
    `;
  }

  #transport(item: Item): TemplateResult {
    const player = this.#player;
    const seconds = item.seconds ?? 0;
    const isReady = item.enhanced !== undefined && player.take !== undefined;
    return html`
      <input id="seek" class="seek" type="range" min="0" max=${Math.max(0.01, seconds).toFixed(2)} step="0.01" aria-label="Position" ?disabled=${!isReady}
        @input=${({ target }: Event) => player.seek((target as HTMLInputElement).valueAsNumber)} />
      <div class="transport">
        <button id="play" class="play" type="button" ?disabled=${!isReady} @click=${this.#toggle} aria-label=${player.isPlaying ? 'Pause' : 'Play'}>
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${player.isPlaying ? 'M7 5h4v14H7zm6 0h4v14h-4z' : 'M8 5v14l11-7z'} /></svg>
        </button>
        <p class="clock"><span id="time">0:00</span> / ${formatClock(seconds)}</p>
        <fieldset class="versions" ?disabled=${!isReady}>
          <legend class="unseen">What you hear</legend>
          ${ROWS.map(
            ({ version, title, key }) => html`<label class=${version}>
              <input type="radio" name="version" value=${version} .checked=${player.listens === version} @change=${() => (player.listens = version)} />
              <span>${title}<kbd aria-hidden="true">${key}</kbd></span>
            </label>`,
          )}
        </fieldset>
        <label class="check match"><input id="match" type="checkbox" .checked=${player.isMatched} ?disabled=${!isReady}
          @change=${({ target }: Event) => (player.isMatched = (target as HTMLInputElement).checked)} /> <span>Same loudness for all <small id="gains">${this.#gains(isReady)}</small></span></label>
      </div>
    `;
  }

  #gains(isReady: boolean): string {
    if (!isReady || !this.#player.isMatched) return '';
    return this.#player.gainsDb
      .map((db, i) => `${ROWS[i].title.toLowerCase()} ${formatDecibels(Math.abs(db) < 0.05 ? 0 : db)}`)
      .join(', ');
  }

  #outcome(item: Item): TemplateResult {
    const { report } = item.enhanced!;
    const { mix, limitDb } = item.usedSettings!;
    return html`
      <div class="outcome">
        <p>${item.recording!.kept} Model ${report.modelName} ${report.modelVersion}, mix ${Math.round(100 * mix)} %, ${limitDb === 100 ? 'no limit' : `noise turned down by at most ${limitDb} dB`}.</p>
        <button id="download" type="button" class="main-action" @click=${() => this.#actions.download(item)}>Download</button>
      </div>
    `;
  }

  #toggle = (): void => {
    if (this.#player.isPlaying) this.#player.pause();
    else this.#player.play().catch((error: unknown) => this.#actions.fail(failureString(error)));
  };

  #grab = (event: PointerEvent): void => {
    if (!this.#player.take || event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#seekTo(event);
  };

  #drag = (event: PointerEvent): void => {
    if ((event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId)) this.#seekTo(event);
  };

  #seekTo({ clientX }: PointerEvent): void {
    const { left, width } = this.#place.querySelector('canvas')!.getBoundingClientRect();
    this.#player.seek(((clientX - left - PICTURE_LEFT) / (width - PICTURE_LEFT)) * this.#player.seconds);
  }

  #follow(): void {
    this.#isFollowing = true;
    const step = () => {
      this.#showTime();
      if (this.#player.isPlaying) requestAnimationFrame(step);
      else this.#isFollowing = false;
    };
    requestAnimationFrame(step);
  }

  #showTime(): void {
    const { now } = this.#player;
    const seconds = this.item?.seconds ?? 0;
    const time = this.#place.querySelector('#time');
    const seek = this.#place.querySelector<HTMLInputElement>('#seek');
    const canvas = this.#place.querySelector('canvas');
    const head = this.#place.querySelector<HTMLElement>('.playhead');
    if (!time || !seek || !canvas || !head) return;
    const text = formatClock(now);
    if (time.textContent !== text) {
      time.textContent = text;
      seek.setAttribute('aria-valuetext', `${formatLength(Math.floor(now))} of ${formatLength(seconds)}`);
    }
    seek.value = String(now);
    const share = seconds > 0 ? Math.min(1, now / seconds) : 0;
    head.style.transform = `translateX(${PICTURE_LEFT + share * (canvas.clientWidth - PICTURE_LEFT)}px)`;
    this.#placeTicks(canvas.clientWidth, seconds);
  }

  #ticks(seconds: number): ReturnType<typeof timeTicks> {
    return timeTicks(seconds, Math.max(1, Math.floor((this.#place.clientWidth - PICTURE_LEFT) / TICK_WIDTH)));
  }

  #placeTicks(width: number, seconds: number): void {
    const ticks = this.#place.querySelectorAll<HTMLElement>('.tick');
    if (!seconds) return;
    this.#ticks(seconds).forEach(({ share }, i) => {
      if (ticks[i]) ticks[i].style.left = `${PICTURE_LEFT + share * (width - PICTURE_LEFT)}px`;
    });
  }

  #drawPictures(): void {
    const canvases = this.#place.querySelectorAll('canvas');
    const sketch = this.item?.sketch;
    if (canvases.length === 0) return;
    const { clientWidth: width, clientHeight: height } = canvases[0];
    const next = { sketch: sketch as unknown, filled: sketch?.filled ?? 0, width, height };
    if (Object.entries(next).every(([key, value]) => this.#drawn[key as keyof typeof next] === value)) return;
    this.#drawn = next;
    if (!sketch) {
      for (const canvas of canvases) canvas.getContext('2d')!.clearRect(0, 0, canvas.width, canvas.height);
      return;
    }
    let scale = 1e-4;
    for (const sample of sketch.extremes.subarray(0, 2 * sketch.columns)) scale = Math.max(scale, Math.abs(sample));
    const { color, fontFamily } = getComputedStyle(this.#place.querySelector('.times')!);
    const nyquistHz = this.item!.recording!.sampleRateHz / 2;
    canvases.forEach((canvas, version) => {
      const style: PictureStyle = { wave: getComputedStyle(canvas).color, ink: color, fontFamily };
      drawPicture(canvas, sketch, version, scale, nyquistHz, style);
    });
  }
}
