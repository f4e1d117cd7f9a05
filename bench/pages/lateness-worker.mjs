/**
 * [worker] How late this machine lets a thread run that is due every 10 ms and does nothing: whoever is later than its
 * prefill because of that underruns, whatever it computes. A message ends it; it answers with what it saw.
 */
import { quantile } from '../harness/statistics.mjs';

const PERIOD_MS = 10;

const lateMs = [];
let last = performance.now();

setInterval(() => {
  const now = performance.now();
  lateMs.push(Math.max(0, now - last - PERIOD_MS));
  last = now;
}, PERIOD_MS);

globalThis.onmessage = () => postMessage({ p99: quantile(lateMs, 0.99), most: Math.max(...lateMs) });
