/** What the tests of the Web Audio Module share: the built entry, the SDK's own host, and a neighbour in its group. */
import { initializeWamHost } from '@webaudiomodules/sdk';
import type Module from '../../src/wam.ts';
import type { DenoiseModuleConstructor, WamEvent } from '../../src/wam.ts';

export type DenoiseModule = InstanceType<DenoiseModuleConstructor>;

const entry: { default: typeof Module } = await import(`${location.origin}/dist/wam/index.js`);
export const DenoiseModule = entry.default;

/** A context that the SDK's host has prepared. */
export interface Host<C extends BaseAudioContext> {
  readonly context: C;
  readonly groupId: string;
  readonly groupKey: string;
}

export async function prepare<C extends BaseAudioContext>(context: C): Promise<Host<C>> {
  const [groupId, groupKey] = await initializeWamHost(context);
  return { context, groupId, groupKey };
}

/** Who is in a group, as the audio thread sees it. */
interface Member {
  readonly id: string;
  readonly delaySeconds?: number;
}

/** Another module of the group. */
export interface Neighbour {
  readonly id: string;
  connectTo(instanceId: string): Promise<void>;
  emit(...events: WamEvent[]): Promise<void>;
  /** How many events have come from others. */
  received(): Promise<number>;
  /** All members of the group but itself. */
  others(): Promise<readonly Member[]>;
}

export async function addNeighbour({ context, groupId, groupKey }: Host<BaseAudioContext>): Promise<Neighbour> {
  await context.audioWorklet.addModule(`${location.origin}/test/hosts/fixtures/neighbour-processor.js`);
  const node = new AudioWorkletNode(context, 'neighbour', { processorOptions: { groupId } });
  const ask = <T>(question: object): Promise<T> =>
    new Promise((resolve) => {
      node.port.onmessage = ({ data }) => resolve(data);
      node.port.postMessage(question);
    });
  return {
    id: 'neighbour',
    connectTo: (connectTo) => ask({ connectTo }),
    emit: (...emit) => ask({ emit }),
    received: () => ask({}),
    others: async () => (await ask<Member[]>({ groupKey })).filter(({ id }) => id !== 'neighbour'),
  };
}

/** An event that sets a parameter. */
export function automation(id: string, value: number, time?: number, normalized = false): WamEvent {
  return { type: 'wam-automation', data: { id, value, normalized }, ...(time !== undefined && { time }) };
}
