/**
 * In:     sound from upstream nodes; events and values of a host
 * Out:    the sound, denoised
 * Thread: [main]
 *
 *   input ─▶ the graph of a DenoiseNode ─▶ output
 *                ▲ AudioParams, at rest by themselves
 *   events ─▶ wam-processor: a signal for each, and one that is silent ─▶ destination
 */
import { DenoiseNode } from '../../index.ts';
import { PARAMETER_NAMES, type ParameterName } from '../../shared/parameters.ts';
import { quoted } from '../../shared/quoted.ts';
import {
  readParameterData,
  type WamEvent,
  type WamParameterData,
  type WamProcessorOptions,
  type WamValues,
} from '../../shared/wam-messages.ts';
import type { DenoiseModule, DenoiseModuleNode, DenoiseModuleOptions } from './denoise-module.ts';
import { EventsClient } from './events-client.ts';
import { followModule, ModuleParameters, requireNames, requireValues } from './module-parameters.ts';
import { type DenoiseModuleState, type ReadState, readState, withDefaults } from './module-state.ts';
import { PARAMETER_INFO, type WamParameterInfo } from './parameter-info.ts';

class ModuleNode extends DenoiseNode implements DenoiseModuleNode {
  readonly module: DenoiseModule;
  readonly #parameters: ModuleParameters;
  readonly #driven: AudioParam[] = [];
  #events: EventsClient | undefined;
  /** The model in use, or the one that is being loaded. */
  #wanted: string | URL;

  constructor(module: DenoiseModule, options: DenoiseModuleOptions, model: string | undefined, values: WamValues) {
    const { autoGain, bypass, ...numbers } = values;
    super(module.audioContext, {
      ...options,
      ...numbers,
      autoGain: autoGain >= 0.5,
      bypass: bypass >= 0.5,
      ...(model !== undefined && { model }),
    });
    this.module = module;
    this.#wanted = this.model;
    this.#parameters = new ModuleParameters(values);
    // Offline its failure rejects `initialize()`, and need not be told in the console, too.
    if ('startRendering' in this.context) void this.ready;
  }

  /** Joins the group, and takes the parameters over from the AudioParams. */
  async join(): Promise<void> {
    const { groupId, instanceId } = this;
    const options: WamProcessorOptions = {
      groupId,
      instanceId,
      values: this.#parameters.values,
      delaySeconds: this.latency,
    };
    this.#events = await EventsClient.start(this.context, options, {
      processed: (event, set) => {
        if (set !== undefined) this.#parameters.take({ [set[0]]: set[1] });
        this.#tell(event);
      },
    });
    for (const name of PARAMETER_NAMES) {
      const parameter = this[name];
      this.#driven.push(parameter);
      followModule(parameter, name, this.#parameters, (value) => this.#setFromPage(name, value));
      this.#events.drive(name, parameter);
    }
    this.addEventListener('latencychange', ({ detail }) =>
      this.#events?.post({ type: 'delay', seconds: detail.latency }),
    );
    // Its context may have closed, too.
    this.addEventListener('statechange', ({ detail }) => {
      if (detail.state === 'disposed') this.#events?.end();
    });
  }

  get groupId(): string {
    return this.module.groupId;
  }

  get moduleId(): string {
    return this.module.moduleId;
  }

  get instanceId(): string {
    return this.module.instanceId;
  }

  async getParameterInfo(...ids: string[]): Promise<Record<string, WamParameterInfo>> {
    return Object.fromEntries(requireNames(ids).map((name) => [name, PARAMETER_INFO[name]]));
  }

  async getParameterValues(normalized = false, ...ids: string[]): Promise<Record<string, WamParameterData>> {
    const names = requireNames(ids);
    await this.#heard();
    return this.#parameters.read(normalized, names);
  }

  async setParameterValues(data: Record<string, WamParameterData>): Promise<void> {
    await this.#set(requireValues(data));
  }

  async getState(): Promise<DenoiseModuleState> {
    await this.#heard();
    return { model: String(this.model), parameterValues: this.#parameters.read(false, PARAMETER_NAMES) };
  }

  async setState(state: unknown): Promise<void> {
    await this.take(readState(state));
  }

  async take({ model, values }: ReadState): Promise<void> {
    await this.#set(values);
    if (model === undefined || model === String(this.#wanted)) return;
    try {
      await this.setModel(model);
    } catch (error) {
      const isOvertaken = (error as Error).name === 'AbortError' && this.state !== 'disposed';
      if (!isOvertaken) throw error;
    }
  }

  override async setModel(model: string | URL): Promise<void> {
    this.#wanted = model;
    try {
      await super.setModel(model);
    } catch (error) {
      if (this.#wanted === model) this.#wanted = this.model;
      throw error;
    }
  }

  async getCompensationDelay(): Promise<number> {
    return Math.round(this.latency * this.context.sampleRate);
  }

  scheduleEvents(...events: WamEvent[]): void {
    for (const event of events) requireEvent(event);
    this.#events?.post({ type: 'schedule', events });
  }

  async clearEvents(): Promise<void> {
    await this.#events?.ask((token) => ({ type: 'clear', token }));
  }

  connectEvents(toId: string, output = 0): void {
    if (typeof toId !== 'string')
      throw new TypeError(`connectEvents: expected the instanceId of another module, got ${quoted(toId)}.`);
    this.#events?.post({ type: 'connect', toId, output });
  }

  disconnectEvents(toId?: string, output?: number): void {
    const from = { ...(toId !== undefined && { toId }), ...(output !== undefined && { output }) };
    this.#events?.post({ type: 'disconnect', ...from });
  }

  destroy(): Promise<void> {
    return this.dispose();
  }

  /** The audio thread has got, and told, everything up to now. */
  #heard(): Promise<void> {
    return this.#set({});
  }

  async #set(values: Partial<WamValues>): Promise<void> {
    this.#parameters.take(values);
    await this.#events?.ask((token) => ({ type: 'set', values, token }));
  }

  /** What a panel sets is told as an event, so that hosts can write it down. */
  #setFromPage(name: ParameterName, value: number): void {
    const [, set] = readParameterData({ id: name, value, normalized: false }) ?? [name, value];
    void this.#set({ [name]: set });
    this.#tell({
      type: 'wam-automation',
      time: this.context.currentTime,
      data: { id: name, value: set, normalized: false },
    });
  }

  #tell(event: WamEvent): void {
    this.dispatchEvent(new CustomEvent(event.type, { detail: event }));
  }
}

/** Makes the node of a module, in the state that a host has kept. */
export async function createModuleNode(
  module: DenoiseModule,
  options: DenoiseModuleOptions,
  state: unknown,
): Promise<DenoiseModuleNode> {
  const { model, values } = readState(state);
  const node = new ModuleNode(module, options, model, withDefaults(values));
  try {
    await node.join();
  } catch (error) {
    void node.dispose();
    throw error;
  }
  return node;
}

function requireEvent(event: WamEvent): void {
  if (typeof event !== 'object' || event === null || typeof event.type !== 'string')
    throw new TypeError(`scheduleEvents: expected events with a type and data, got ${quoted(event)}.`);
  const { time } = event;
  if (time !== undefined && !Number.isFinite(time))
    throw new TypeError(`scheduleEvents: expected a time in seconds of the context, or none, got ${quoted(time)}.`);
  if (event.type === 'wam-automation') requireValues({ [event.data?.id]: event.data });
}
