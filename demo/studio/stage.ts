/**
 * In:     the selected file (studio.ts), and where its player is
 * Out:    the studio's right side: stage-view.ts fills it, picture.ts paints it
 * Thread: [main]
 */
import { render } from 'lit';
import { formatClock, formatLength } from './formatters.ts';
import { drawPicture, PICTURE_LEFT, type PictureStyle, timeTicks } from './picture.ts';
import type { Player } from './player.ts';
import type { Item } from './queue.ts';
import { stageView } from './stage-view.ts';
import { failureString } from './strings.ts';

/** What the visitor does there that concerns the rest of the page. */
export interface StageActions {
  download(item: Item): void;
  trySample(): void;
  fail(message: string): void;
}

/** Room that a time needs under the pictures, CSS pixels. */
const TICK_WIDTH = 64;

/** The studio's right side. {@link Stage.draw} brings it up to date. */
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
    const { item } = this;
    const times = item?.seconds ? this.#ticks(item.seconds).map(({ text }) => text) : [];
    const { trySample, download } = this.#actions;
    render(
      stageView(
        { item, player: this.#player, times },
        { trySample, download, toggle: this.#toggle, grab: this.#grab, drag: this.#drag },
      ),
      this.#place,
    );
    this.#drawPictures();
    this.#showTime();
    if (this.#player.isPlaying && !this.#isFollowing) this.#follow();
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
