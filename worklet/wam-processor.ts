/**
 * In:     events for a Web Audio Module: of the page, of other modules in its group, of whoever holds this processor
 * Out:    one output for each parameter: what is added to the AudioParam of that name, sample by sample; what was
 *         carried out, to the page
 * Thread: [audio]
 *
 * No sound passes here. One more output is silent and goes to the context's destination, so that events have their time
 * wherever the module's sound goes.
 */
import { PARAMETER_NAMES, type ParameterName } from '../src/shared/parameters.ts';
import type { Samples, Seconds } from '../src/shared/units.ts';
import {
  MODULE_ID,
  type PageToWam,
  readParameterData,
  restOf,
  type WamEvent,
  type WamProcessorOptions,
  type WamToPage,
} from '../src/shared/wam-messages.ts';

/** What hosts put into the global scope of the worklet: WamEnv in the API of Web Audio Modules. */
interface WamEnv {
  addWam(wam: WamProcessor): void;
  removeWam(wam: WamProcessor): void;
  connectEvents(groupId: string, fromId: string, toId: string, output: number): void;
  disconnectEvents(groupId: string, fromId: string, toId?: string, output?: number): void;
  emitEvents(from: WamProcessor, ...events: WamEvent[]): void;
}

interface Pending {
  readonly event: WamEvent;
  readonly frame: Samples;
}

/** What a product of seconds and a rate may lie above the frame that is meant: rounding of doubles. */
const FRAME_ERROR: Samples = 1e-4;

/** What the AudioParams have by themselves, in the order of the outputs. */
const RESTS = PARAMETER_NAMES.map(restOf);

const host = (): WamEnv | undefined => (globalThis as { webAudioModules?: WamEnv }).webAudioModules;

/** A WamProcessor, as its API calls the part of a module that lives on the audio thread. */
class WamProcessor extends AudioWorkletProcessor {
  readonly groupId: string;
  readonly moduleId = MODULE_ID;
  readonly instanceId: string;
  readonly #values: Record<ParameterName, number>;
  #delaySeconds: Seconds;
  /** In the order of their frames, and where these are the same, as they came. */
  #pending: Pending[] = [];
  #hasEnded = false;

  constructor({ processorOptions }: { processorOptions: WamProcessorOptions }) {
    super();
    const { groupId, instanceId, values, delaySeconds } = processorOptions;
    this.groupId = groupId;
    this.instanceId = instanceId;
    this.#values = { ...values };
    this.#delaySeconds = delaySeconds;
    this.port.onmessage = ({ data }: MessageEvent<PageToWam>) => this.#receive(data);
    this.#join();
  }

  /** What the module delays sound by, in seconds: the page's side of a module tells samples. */
  getCompensationDelay(): Seconds {
    return this.#delaySeconds;
  }

  scheduleEvents(...events: WamEvent[]): void {
    for (const event of events) this.#enqueue(event);
  }

  emitEvents(...events: WamEvent[]): void {
    host()?.emitEvents(this, ...events);
  }

  clearEvents(): void {
    this.#pending = [];
  }

  destroy(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#pending = [];
    this.port.onmessage = null;
    host()?.removeWam(this);
  }

  /** Waits for nothing, logs nothing. Where an event's time has come it posts, and posting allocates. */
  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    if (this.#hasEnded) return false;
    for (let i = 0; i < PARAMETER_NAMES.length; i++) outputs[i][0].fill(this.#values[PARAMETER_NAMES[i]] - RESTS[i]);
    const end = currentFrame + outputs[0][0].length;
    while (this.#pending.length > 0 && this.#pending[0].frame < end) {
      const { event, frame } = this.#pending[0];
      this.#pending.shift();
      this.#carryOut(event, Math.max(0, frame - currentFrame), outputs);
    }
    return true;
  }

  #carryOut(event: WamEvent, from: Samples, outputs: Float32Array[][]): void {
    const set = event.type === 'wam-automation' ? readParameterData(event.data) : undefined;
    if (set !== undefined) {
      const [name, value] = set;
      this.#values[name] = value;
      const index = PARAMETER_NAMES.indexOf(name);
      outputs[index][0].fill(value - RESTS[index], from);
    }
    this.#tell({ type: 'processed', event, ...(set && { set }) });
  }

  /**
   * To the first frame at or after its time, as the events of an AudioParam. One without a time comes after those whose
   * time has come, and before those that wait for theirs.
   */
  #enqueue(event: WamEvent): void {
    const { time } = event;
    const hasTime = typeof time === 'number' && Number.isFinite(time);
    const frame = hasTime ? Math.max(currentFrame, Math.ceil(time * sampleRate - FRAME_ERROR)) : currentFrame;
    let place = this.#pending.length;
    while (place > 0 && this.#pending[place - 1].frame > frame) place--;
    this.#pending.splice(place, 0, { event, frame });
  }

  #join(): void {
    const env = host();
    try {
      env?.addWam(this);
    } catch {
      this.#hasEnded = true; // The host's group of that name is not there.
    }
    this.#hasEnded ||= env === undefined;
    this.#tell(this.#hasEnded ? { type: 'refused', why: env ? 'group' : 'host' } : { type: 'created' });
  }

  #receive(message: PageToWam): void {
    switch (message.type) {
      case 'schedule':
        this.scheduleEvents(...message.events);
        return;
      case 'clear':
        this.clearEvents();
        this.#tell({ type: 'done', token: message.token });
        return;
      case 'set':
        Object.assign(this.#values, message.values);
        this.#tell({ type: 'done', token: message.token });
        return;
      case 'connect':
        host()?.connectEvents(this.groupId, this.instanceId, message.toId, message.output);
        return;
      case 'disconnect':
        host()?.disconnectEvents(this.groupId, this.instanceId, message.toId, message.output);
        return;
      case 'delay':
        this.#delaySeconds = message.seconds;
        return;
      case 'destroy':
        this.destroy();
        return;
      default:
        message satisfies never;
    }
  }

  #tell(message: WamToPage): void {
    this.port.postMessage(message);
  }
}

try {
  registerProcessor(MODULE_ID, WamProcessor);
} catch {
  // Another copy of the same version has registered the same code.
}
