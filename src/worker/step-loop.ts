/**
 * In:     nodes that have noisy samples enough for a step (served-node.ts)
 * Out:    one model step for all their streams together; enhanced samples back to the nodes
 * Thread: [worker]
 *
 *   shared memory:  look at all nodes → step → … until no step is due → Atomics.wait on the bell
 *   messages:       a message brings samples → look at all nodes → step → … until no step is due → event queue
 *
 * One step of each node in each pass, so that a node that has fallen behind catches up without holding up the others.
 */
import type { Denoiser, DenoiserStream } from '../engine/denoiser.ts';
import { BellWord, Word } from '../shared/control-block.ts';
import { KERNEL_NAMES } from '../shared/kernel-names.ts';
import { LoadShedder } from '../shared/load/load-shedder.ts';
import { StepClock } from '../shared/load/step-clock.ts';
import type { Milliseconds } from '../shared/units.ts';
import { nextTask } from './next-task.ts';
import type { ServedNode } from './served-node.ts';

/** Longest sleep: the heart beats a few times a second also when nothing happens. */
const SLEEP_MS = 250;
/** Sleep while a model loads in this thread: fetch and compilation need the event queue. */
const NAP_MS = 2;

/** What one denoiser has to step in a pass. */
interface Batch {
  readonly streams: DenoiserStream[];
  count: number;
}

/** Serves all nodes of a worker until told to stop. */
export class StepLoop {
  /** Messages of the page that have been handled; the page counts those it has posted in MAIL. */
  mailHandled = 0;
  /** Work that needs the event queue is under way. */
  pending = 0;
  readonly #served: ServedNode[] = [];
  readonly #batches = new Map<Denoiser, Batch>();
  readonly #clock = new StepClock();
  readonly #shedder = new LoadShedder();
  #bell: Int32Array | undefined;
  #awake = false;
  readonly #onCrash: (error: unknown) => void;

  /** @param onCrash called once, when the loop has thrown: it stands still from then on */
  constructor(onCrash: (error: unknown) => void) {
    this.#onCrash = onCrash;
  }

  get nodes(): readonly ServedNode[] {
    return this.#served;
  }

  /** Time of one step of one stream, the median of the last; 0 before the first. */
  get stepMs(): Milliseconds {
    return this.#clock.microsP50 / 1000;
  }

  /** Share of real time that is spent on all nodes together. */
  get load(): number {
    return this.#clock.load;
  }

  /** Serves a node from now on; `bell`: the one its worklet rings, undefined in message mode. Oldest first. */
  add(node: ServedNode, bell: Int32Array | undefined): void {
    this.#bell ??= bell;
    this.#served.push(node);
    this.#clock.stepMs = Math.max(this.#clock.stepMs, node.stepMs);
    this.#shedder.stepMs = this.#clock.stepMs;
    this.wake();
  }

  /** Stops serving a node and frees it; a node that it does not know is left alone. */
  remove(nodeId: number): void {
    const at = this.#served.findIndex((node) => node.nodeId === nodeId);
    if (at < 0) return;
    this.#served.splice(at, 1)[0].dispose();
    this.#shedder.relieve();
  }

  /** Runs the loop if it does not run: a node has come, or samples have. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#run().catch(this.#onCrash);
  }

  async #run(): Promise<void> {
    // Whatever else is in the queue comes first: samples of several nodes arrive together and make one batch.
    await nextTask();
    this.#shedder.caughtUp(performance.now()); // However long it slept, nobody waited for it.
    while (this.#served.length > 0) {
      const bell = this.#bell;
      const seen = bell === undefined ? 0 : Atomics.load(bell, BellWord.BELL);
      this.#pass();
      if (bell === undefined) {
        if (!this.#hasWork) break;
        await nextTask();
        continue;
      }
      // Read after the bell's value: a message that is posted later rings again, and the wait ends at once.
      const hasMail = Atomics.load(bell, BellWord.MAIL) !== this.mailHandled;
      if (!this.#hasWork && !hasMail) Atomics.wait(bell, BellWord.BELL, seen, this.pending > 0 ? NAP_MS : SLEEP_MS);
      if (hasMail || this.pending > 0) await nextTask();
    }
    this.#awake = false;
  }

  get #hasWork(): boolean {
    for (const node of this.#served) if (node.hasWork) return true;
    return false;
  }

  /** At most one step of every node. */
  #pass(): void {
    const start = performance.now();
    for (const batch of this.#batches.values()) batch.count = 0;
    for (const node of this.#served) collect(node, this.#batchOf(node.denoiser));
    let steps = 0;
    for (const [denoiser, { streams, count }] of this.#batches) {
      if (count === 0) continue;
      const begin = performance.now();
      denoiser.step(streams, count);
      this.#clock.stepped(performance.now() - begin, count);
      steps += count;
    }
    let behind = false;
    let lost = false;
    for (const node of this.#served) {
      publish(node);
      if (node.offline) continue;
      if (node.hasWork) behind = true;
      if (node.hasLost) lost = true;
    }
    const end = performance.now();
    if (lost) this.#shedder.lost(end);
    if (!behind) this.#shedder.caughtUp(end);
    if (steps > 0 || this.#clock.load > 0) this.#clock.worked(end - start, end);
    this.#shedOrReturn(end);
    this.#tell();
  }

  /** Lets go of the youngest nodes when the machine cannot keep up, and takes the oldest of them back when it can. */
  #shedOrReturn(now: number): void {
    const served = this.#served;
    let carried = 0;
    let shed = 0;
    for (const { offline, isShed } of served) {
      if (offline) continue;
      if (isShed) shed += 1;
      else carried += 1;
    }
    let toShed = this.#shedder.toShed(now, carried);
    for (let i = served.length - 1; i >= 0 && toShed > 0; i--) {
      if (served[i].offline || served[i].isShed) continue;
      served[i].beginShedding();
      toShed -= 1;
    }
    if (shed > 0 && this.#shedder.mayReturn(now, carried, this.#clock.load))
      served.find(({ isShed, isBroken }) => isShed && !isBroken)?.endShedding();
  }

  #tell(): void {
    const load = Math.round(1000 * this.#clock.load);
    for (const { words, denoiser } of this.#served) {
      Atomics.store(words, Word.KERNELS, KERNEL_NAMES.indexOf(denoiser.kernels));
      Atomics.store(words, Word.STEP_MICROS_P50, this.#clock.microsP50);
      Atomics.store(words, Word.STEP_MICROS_P95, this.#clock.microsP95);
      Atomics.store(words, Word.LOAD_PERMILLE, load);
    }
  }

  #batchOf(denoiser: Denoiser): Batch {
    let batch = this.#batches.get(denoiser);
    if (batch === undefined) {
      batch = { streams: [], count: 0 };
      this.#batches.set(denoiser, batch);
    }
    return batch;
  }
}

// A node that throws is put aside, so that it does not take the others with it. What the model throws concerns them
// all, and is not caught.

function collect(node: ServedNode, batch: Batch): void {
  try {
    batch.count = node.collect(batch.streams, batch.count);
  } catch {
    node.quarantine();
  }
}

function publish(node: ServedNode): void {
  try {
    node.publish();
  } catch {
    node.quarantine();
  }
}
