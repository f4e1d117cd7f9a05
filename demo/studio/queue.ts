/**
 * In:     files and what is to be done with them (studio.ts)
 * Out:    their states, to the page
 * Thread: [main]
 *
 *     waiting ──▶ opening ──▶ working ──▶ done
 *        ▲           └──────────┴──▶ failed, cancelled
 *        └────────────── again ────────────┘
 *
 * As many files are open as there are lanes, so that what waits takes no memory. A file that fails holds up no other.
 */
import type { EnhanceCall, Enhanced } from './lane.ts';
import type { Recording } from './open-recording.ts';
import type { FileSettings } from './protocol.ts';
import { Sketch } from './sketch.ts';

/** Where a file is. */
export type Status = 'waiting' | 'opening' | 'working' | 'done' | 'failed' | 'cancelled';

/** Speed is known after this much work, milliseconds. */
const SPEED_AFTER_MS = 300;

/** One file on its way. The page reads it; only the queue writes. */
export class Item {
  status: Status = 'waiting';
  recording: Recording | undefined;
  sketch: Sketch | undefined;
  /** Frames that are done, of `recording.frames`. */
  frames = 0;
  enhanced: Enhanced | undefined;
  /** Settings that made `enhanced`. */
  usedSettings: FileSettings | undefined;
  error: unknown;
  abort = new AbortController();
  #beganAt: number | undefined;
  #beganFrames = 0;

  constructor(
    readonly id: number,
    readonly file: File,
    public settings: FileSettings,
  ) {}

  /** Share that is done, 0 … 1. */
  get share(): number {
    return this.recording ? this.frames / this.recording.frames : 0;
  }

  /** Length, seconds; undefined until the file is open. */
  get seconds(): number | undefined {
    return this.recording && this.recording.frames / this.recording.sampleRateHz;
  }

  /** Seconds of sound for each second of work; undefined until that can be told. */
  get speed(): number | undefined {
    const { recording, enhanced } = this;
    if (!recording) return undefined;
    if (enhanced) return this.seconds! / Math.max(1e-3, enhanced.report.elapsedSeconds);
    const elapsedMs = performance.now() - (this.#beganAt ?? Number.POSITIVE_INFINITY);
    if (elapsedMs < SPEED_AFTER_MS) return undefined;
    return ((this.frames - this.#beganFrames) / recording.sampleRateHz / elapsedMs) * 1000;
  }

  /** Time that is left, seconds. */
  get remaining(): number | undefined {
    const { speed, seconds } = this;
    return speed && seconds !== undefined ? ((1 - this.share) * seconds) / speed : undefined;
  }

  /** Whether the result is not what the settings ask for now. */
  get isOutdated(): boolean {
    const { settings: now, usedSettings: then } = this;
    return (
      this.status === 'done' &&
      !!then &&
      (Object.keys(now) as (keyof FileSettings)[]).some((name) => now[name] !== then[name])
    );
  }

  /** Takes progress; the model is loaded when the first arrives, and the clock starts. */
  advance(frames: number): void {
    if (this.#beganAt === undefined) {
      this.#beganAt = performance.now();
      this.#beganFrames = frames;
    }
    this.frames = frames;
  }

  /** Back to the beginning. */
  renew(): void {
    this.status = 'waiting';
    this.frames = 0;
    this.enhanced = undefined;
    this.error = undefined;
    this.sketch = undefined;
    this.abort = new AbortController();
    this.#beganAt = undefined;
  }
}

/** What the queue needs of the page. */
export interface QueueWork {
  open(file: File, signal: AbortSignal): Promise<Recording>;
  /** One for each file that is worked on at a time. */
  readonly lanes: readonly {
    enhance(call: EnhanceCall): Promise<Enhanced>;
    discard(result: Enhanced['result']): void;
  }[];
  modelUrl(model: string): string;
}

/** Fires `change` when a file has changed state, and `progress` in between; the item is in `detail`. */
export class Queue extends EventTarget {
  readonly #work: QueueWork;
  readonly #free: QueueWork['lanes'][number][];
  #items: Item[] = [];
  #lastId = 0;

  constructor(work: QueueWork) {
    super();
    this.#work = work;
    this.#free = [...work.lanes];
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  /** Files that are not finished, in one way or another. */
  get busy(): readonly Item[] {
    return this.#items.filter(({ status }) => status === 'waiting' || status === 'opening' || status === 'working');
  }

  add(files: Iterable<File>, settings: FileSettings): Item[] {
    const added = Array.from(files, (file) => new Item(++this.#lastId, file, settings));
    this.#items.push(...added);
    for (const item of added) this.#tell('change', item);
    this.#next();
    return added;
  }

  /** Ends a file that waits or runs; any other stays as it is. */
  cancel(item: Item): void {
    if (!this.busy.includes(item)) return;
    item.abort.abort(new DOMException('Cancelled.', 'AbortError'));
    if (item.status === 'waiting') this.#set(item, 'cancelled');
  }

  cancelAll(): void {
    // The last first: a lane that becomes free must find nothing.
    for (const item of [...this.busy].reverse()) this.cancel(item);
  }

  /** Once more from the start, with the settings that the file has now. */
  again(item: Item): void {
    if (this.busy.includes(item)) return;
    this.#discard(item);
    item.renew();
    this.#tell('change', item);
    this.#next();
  }

  remove(item: Item): void {
    this.cancel(item);
    this.#discard(item);
    this.#items = this.#items.filter((other) => other !== item);
    this.#tell('change', item);
  }

  #next(): void {
    for (const item of this.#items) {
      if (item.status !== 'waiting') continue;
      const lane = this.#free.shift();
      if (!lane) return;
      void this.#run(item, lane).finally(() => {
        this.#free.push(lane);
        this.#next();
      });
    }
  }

  async #run(item: Item, lane: QueueWork['lanes'][number]): Promise<void> {
    const { signal } = item.abort;
    const settings = item.settings;
    try {
      this.#set(item, 'opening');
      item.recording ??= await this.#work.open(item.file, signal);
      const { recording } = item;
      signal.throwIfAborted();
      item.sketch = new Sketch(recording.frames);
      this.#set(item, 'working');
      const onProgress: EnhanceCall['onProgress'] = (frames, columns) => {
        if (signal.aborted) return;
        item.advance(frames);
        if (columns) item.sketch?.put(columns);
        this.#tell('progress', item);
      };
      const enhanced = await lane.enhance({
        recording,
        settings,
        modelUrl: this.#work.modelUrl(settings.model),
        signal,
        onProgress,
      });
      if (signal.aborted) lane.discard(enhanced.result);
      signal.throwIfAborted();
      item.enhanced = enhanced;
      item.usedSettings = settings;
      item.frames = recording.frames;
      this.#set(item, 'done');
    } catch (error) {
      item.error = error;
      this.#set(item, signal.aborted ? 'cancelled' : 'failed');
    }
  }

  #discard(item: Item): void {
    if (item.enhanced) this.#work.lanes[0].discard(item.enhanced.result);
  }

  #set(item: Item, status: Status): void {
    item.status = status;
    this.#tell('change', item);
  }

  #tell(type: 'change' | 'progress', item: Item): void {
    this.dispatchEvent(new CustomEvent(type, { detail: item }));
  }
}
