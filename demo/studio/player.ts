/**
 * In:     two WAV files of one length: before and after
 * Out:    one of them, or what was removed, to the loudspeakers
 * Thread: [main]; the worklet plays (worklet/deck.ts)
 *
 * Files are read a second at a time, two seconds ahead of what is heard, so that an hour takes no more memory than a
 * minute. The context runs at the file's own rate: what is heard is what is in the files.
 */
import { blobSource } from '../../src/files/byte-source.ts';
import { decodeFrames, frameBytes } from '../../src/files/sample-format.ts';
import { readWavLayout, type WavLayout } from '../../src/files/wav/wav.ts';
import type { EnhanceReport } from './protocol.ts';
import { DECK_PROCESSOR, type DeckToPlayer, type PlayerToDeck } from './worklet/deck-messages.ts';

/** What can be listened to; removed is before minus after. */
export const VERSION_NAMES = ['before', 'after', 'removed'] as const;
export type Version = (typeof VERSION_NAMES)[number];

/** A recording and its result. */
export interface Take {
  readonly before: Blob;
  readonly after: Blob;
  readonly report: EnhanceReport;
}

const PIECE_SECONDS = 1;
const AHEAD_SECONDS = 2;
/** The most that "removed" is turned up, and the louder of before and after down. */
const MATCH_RANGE_DB = 24;

/**
 * Gains that make all three equally loud, dB, in the order of {@link VERSION_NAMES}. The louder of before and after is
 * turned down, so that neither clips; what was removed is turned up as far as its peaks allow.
 */
export function matchGains({ loudness, peak }: Pick<EnhanceReport, 'loudness' | 'peak'>): [number, number, number] {
  const [before, after, removed] = loudness;
  if (!Number.isFinite(before) || !Number.isFinite(after)) return [0, 0, 0];
  const target = Math.max(Math.min(before, after), Math.max(before, after) - MATCH_RANGE_DB);
  const headroomDb = peak[2] > 0 ? -20 * Math.log10(peak[2]) : 0;
  const removedDb = Number.isFinite(removed) ? Math.min(target - removed, MATCH_RANGE_DB, Math.max(0, headroomDb)) : 0;
  return [Math.min(0, target - before), Math.min(0, target - after), removedDb];
}

/**
 * Fires `change` when it starts, stops or has another take, and `fail`, with the error in `detail`, when a file cannot
 * be read on.
 */
export class Player extends EventTarget {
  #take: Take | undefined;
  #layouts: { before: WavLayout; after: WavLayout } | undefined;
  #context: AudioContext | undefined;
  #deck: AudioWorkletNode | undefined;
  #isPlaying = false;
  #listens: Version = 'after';
  #isMatched = true;
  /** Frame where the deck's position 0 lies, and the number of that position. */
  #start = 0;
  #position = 0;
  #consumed = 0;
  #reportedAt = 0;
  #read = 0;
  #isReading = false;

  get take(): Take | undefined {
    return this.#take;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /** Length of the take, seconds. */
  get seconds(): number {
    return this.#layouts ? this.#layouts.before.frames / this.#rate : 0;
  }

  /** Where the playback is, seconds. */
  get now(): number {
    if (!this.#layouts) return 0;
    const since = this.#isPlaying && this.#consumed > 0 ? this.#context!.currentTime - this.#reportedAt : 0;
    return Math.min(this.seconds, (this.#start + this.#consumed) / this.#rate + since);
  }

  /** What is heard. Setting it crossfades within 8 ms, in step. */
  get listens(): Version {
    return this.#listens;
  }

  set listens(version: Version) {
    this.#listens = version;
    this.#applyGains();
  }

  /** Whether all versions are played equally loud. */
  get isMatched(): boolean {
    return this.#isMatched;
  }

  set isMatched(isMatched: boolean) {
    this.#isMatched = isMatched;
    this.#applyGains();
  }

  /** Gains of the three versions as they are played, dB. */
  get gainsDb(): readonly [number, number, number] {
    return this.#isMatched && this.#take ? matchGains(this.#take.report) : [0, 0, 0];
  }

  /** Another take, or none. It does not start by itself. */
  async open(take: Take | undefined): Promise<void> {
    if (take === this.#take) return;
    await this.#close();
    this.#take = take;
    this.#tell();
    if (!take) return;
    const [before, after] = await Promise.all([
      readWavLayout(blobSource(take.before)),
      readWavLayout(blobSource(take.after)),
    ]);
    if (this.#take !== take) return;
    this.#layouts = { before, after };
    this.#start = 0;
    this.#consumed = 0;
    this.#tell();
  }

  /** Begins, or goes on. Rejects where the browser plays no sound at the take's rate. */
  async play(): Promise<void> {
    if (!this.#layouts || this.#isPlaying) return;
    this.#isPlaying = true;
    this.#tell();
    try {
      if (this.now >= this.seconds) this.seek(0);
      await this.#ready();
      this.#send({ type: 'run', isRunning: this.#isPlaying });
    } catch (cause) {
      this.#isPlaying = false;
      this.#tell();
      throw new Error(`This browser cannot play sound at ${this.#rate} Hz. Download the result to listen.`, { cause });
    }
  }

  pause(): void {
    if (!this.#isPlaying) return;
    this.#consumed = Math.round(this.now * this.#rate) - this.#start;
    this.#isPlaying = false;
    this.#send({ type: 'run', isRunning: false });
    this.#tell();
  }

  /** Goes to a time, playing or not. */
  seek(seconds: number): void {
    if (!this.#layouts) return;
    this.#start = Math.round(Math.max(0, Math.min(seconds, this.seconds)) * this.#rate);
    this.#consumed = 0;
    this.#read = this.#start;
    this.#position += 1;
    this.#send({ type: 'seek', position: this.#position });
    void this.#fill();
    this.#tell();
  }

  get #rate(): number {
    return this.#layouts?.before.sampleRateHz ?? 1;
  }

  async #ready(): Promise<void> {
    if (this.#context) return void (await this.#context.resume());
    const context = new AudioContext({ sampleRate: this.#rate });
    this.#context = context;
    try {
      await context.audioWorklet.addModule(new URL('./studio-deck.js', import.meta.url));
    } catch (error) {
      if (this.#context === context) this.#context = undefined;
      void context.close();
      throw error;
    }
    if (this.#context !== context) return;
    const channels = heardChannels(this.#layouts!.before);
    this.#deck = new AudioWorkletNode(context, DECK_PROCESSOR, { numberOfInputs: 0, outputChannelCount: [channels] });
    this.#deck.port.onmessage = ({ data }: MessageEvent<DeckToPlayer>) => this.#follow(data);
    this.#deck.connect(context.destination);
    this.#applyGains();
    this.seek(this.#start / this.#rate);
    await context.resume();
  }

  #follow({ position, consumed, hasEnded }: DeckToPlayer): void {
    if (position !== this.#position || !this.#isPlaying) return;
    this.#consumed = consumed;
    this.#reportedAt = this.#context!.currentTime;
    void this.#fill();
    if (!hasEnded) return;
    this.#isPlaying = false;
    this.#send({ type: 'run', isRunning: false });
    this.#tell();
  }

  /** Reads ahead, one piece after the other. What a seek has overtaken is thrown away. */
  async #fill(): Promise<void> {
    if (this.#isReading || !this.#deck || !this.#layouts) return;
    this.#isReading = true;
    const { before, after } = this.#layouts;
    try {
      while (
        this.#layouts?.before === before &&
        this.#read < before.frames &&
        this.#read < this.#start + this.#consumed + AHEAD_SECONDS * this.#rate
      ) {
        const position = this.#position;
        const count = Math.min(Math.ceil(PIECE_SECONDS * this.#rate), before.frames - this.#read);
        const take = this.#take!;
        const piece = {
          before: await readPlanes(take.before, before, this.#read, count),
          after: await readPlanes(take.after, after, this.#read, count),
        };
        if (position !== this.#position || this.#layouts?.before !== before) continue;
        this.#read += count;
        this.#send({ type: 'piece', piece, isLast: this.#read === before.frames }, buffersOf(piece));
      }
    } catch (cause) {
      // Files of a take that was closed meanwhile may be gone.
      if (this.#layouts?.before !== before) return;
      this.pause();
      this.dispatchEvent(
        new CustomEvent('fail', {
          detail: new Error('The file cannot be read any more: it was moved, changed or deleted. Add it again.', {
            cause,
          }),
        }),
      );
    } finally {
      this.#isReading = false;
    }
  }

  #applyGains(): void {
    const [before, after, removed] = this.gainsDb.map((db) => 10 ** (db / 20));
    const gains = { before: [before, 0], after: [0, after], removed: [removed, -removed] }[this.#listens];
    this.#send({ type: 'listen', before: gains[0], after: gains[1] });
    this.#tell();
  }

  #send(message: PlayerToDeck, transfer: Transferable[] = []): void {
    this.#deck?.port.postMessage(message, transfer);
  }

  async #close(): Promise<void> {
    this.pause();
    const context = this.#context;
    this.#layouts = undefined;
    this.#context = undefined;
    this.#deck = undefined;
    if (context) void context.close();
  }

  #tell(): void {
    this.dispatchEvent(new Event('change'));
  }
}

/** More than two channels are played as their mean: what a loudspeaker pair would make of eight is anybody's guess. */
function heardChannels({ channels }: WavLayout): number {
  return channels === 2 ? 2 : 1;
}

async function readPlanes(
  wav: Blob,
  layout: WavLayout,
  start: number,
  count: number,
): Promise<Float32Array<ArrayBuffer>[]> {
  const from = layout.dataStart + start * frameBytes(layout);
  const bytes = new Uint8Array(await wav.slice(from, from + count * frameBytes(layout)).arrayBuffer());
  const planes = Array.from({ length: layout.channels }, () => new Float32Array(count));
  decodeFrames(bytes, layout.format, planes, Math.min(count, Math.floor(bytes.length / frameBytes(layout))));
  for (const plane of planes) for (let i = 0; i < count; i++) if (!Number.isFinite(plane[i])) plane[i] = 0;
  if (heardChannels(layout) === layout.channels) return planes;
  const mean = new Float32Array(count);
  for (const plane of planes) for (let i = 0; i < count; i++) mean[i] += plane[i] / planes.length;
  return [mean];
}

function buffersOf({
  before,
  after,
}: {
  before: Float32Array<ArrayBuffer>[];
  after: Float32Array<ArrayBuffer>[];
}): ArrayBuffer[] {
  return [...before, ...after].map(({ buffer }) => buffer);
}
