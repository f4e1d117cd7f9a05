import { fixture } from './support.ts';

/** Work of about a second of sound: what a node does before it is ready is far less. */
export const AFTER_A_SECOND = 400;

/**
 * URL of a worker that fails, and of those that follow it; test/main/fixtures/failing-worker.js says how. No time is
 * told to them, for a busy machine may take any to start one: they ask when they are there.
 * @param after for each worker, in the order in which they start, the work after which it strikes, as looks at its
 * clock: 0 at once, Infinity never. Those that start later are healthy.
 */
export function faultyWorker(how: 'throw' | 'spin' | 'pause' | 'stutter' | 'labour', after: readonly number[]): string {
  const name = crypto.randomUUID();
  const orders = new BroadcastChannel(name);
  let started = 0;
  orders.onmessage = ({ data: { born } }) => {
    if (born) orders.postMessage({ id: born, after: after[started++] ?? Number.POSITIVE_INFINITY });
  };
  return `${fixture('failing-worker.js')}?${new URLSearchParams({ how, orders: name })}`;
}
