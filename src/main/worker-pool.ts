import type { PipeMode } from '../shared/protocol.ts';
import type { TrustedUrl } from './trusted-url.ts';
import { WorkerClient } from './worker-client.ts';

/**
 * How long a worker without nodes is kept, so that a page that disposes one node and makes another (a component that
 * mounts twice, a changed device) need not load the model again.
 */
const IDLE_MS = 2000;

/**
 * How long one is kept that has no model, because that failed to load or is still being fetched: until the present task
 * is over, in case that makes another node. Its end is the end of what it fetches: a server that is slow, or silent,
 * holds nobody up who has given it up.
 */
const EMPTY_MS = 0;

interface Entry {
  readonly client: WorkerClient;
  users: number;
  idleTimer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * One worker for all nodes of the page that use the same model, mode and files. Models do not share a worker: one with
 * long steps would hold up the short ones of another.
 */
const entries = new Map<string, Entry>();
/** Those that {@link ownWorker} has started, counted for their keys. */
let lastOwn = 0;

/** A node's share of a worker. Call `release` once; further calls do nothing. */
export interface Lease {
  readonly client: WorkerClient;
  readonly release: () => void;
}

/** Joins the worker of a model, or starts it. Throws a DenoiseError 'module-load' where it cannot start. [main] */
export function leaseWorker(mode: PipeMode, workerUrl: string | TrustedUrl, wasmUrl: string, modelUrl: string): Lease {
  const key = [mode, workerUrl, wasmUrl, modelUrl].join(' ');
  const entry = livingEntry(key) ?? newEntry(key, workerUrl, mode);
  entry.users += 1;
  clearTimeout(entry.idleTimer);
  let released = false;
  return {
    client: entry.client,
    release: () => {
      if (released) return;
      released = true;
      entry.users -= 1;
      if (entry.users > 0) return;
      if (entry.client.death !== undefined) forget(key, entry);
      else entry.idleTimer = setTimeout(() => forget(key, entry), entry.client.hasModel ? IDLE_MS : EMPTY_MS);
    },
  };
}

/** A worker that is shared with nobody, and ends when it is released. Throws as {@link leaseWorker} does. [main] */
export function ownWorker(workerUrl: string | TrustedUrl): Lease {
  lastOwn += 1;
  const key = `own ${lastOwn}`;
  const entry = newEntry(key, workerUrl, 'message');
  return { client: entry.client, release: () => forget(key, entry) };
}

/**
 * How much the workers of this page hold now; all zero after the last node is disposed and a moment has passed. One
 * that is too busy to answer, or still loads, counts as a worker that holds nothing yet.
 */
export interface Census {
  readonly workers: number;
  readonly nodes: number;
  readonly streams: number;
  readonly tensors: number;
  readonly tensorBytes: number;
}

/** Asks every living worker what it holds. For leak tests, and for the curious. [main] */
export async function takeCensus(): Promise<Census> {
  const sum = { workers: 0, nodes: 0, streams: 0, tensors: 0, tensorBytes: 0 };
  const count = async ({ client }: Entry): Promise<void> => {
    const held = await client.census();
    if (client.death !== undefined) return; // It holds nothing.
    sum.workers += 1;
    for (const key of ['nodes', 'streams', 'tensors', 'tensorBytes'] as const) sum[key] += held?.[key] ?? 0;
  };
  await Promise.all(Array.from(entries.values(), count));
  return sum;
}

function livingEntry(key: string): Entry | undefined {
  const entry = entries.get(key);
  return entry?.client.death === undefined ? entry : undefined;
}

function newEntry(key: string, workerUrl: string | TrustedUrl, mode: PipeMode): Entry {
  const entry: Entry = { client: new WorkerClient(workerUrl, mode), users: 0, idleTimer: undefined };
  entries.set(key, entry);
  return entry;
}

function forget(key: string, entry: Entry): void {
  entry.client.terminate();
  if (entries.get(key) === entry) entries.delete(key);
}
