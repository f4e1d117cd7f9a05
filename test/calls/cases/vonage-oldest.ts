import type OT from '@opentok/client';
import { driveVonage } from './vonage-publisher.ts';

/** This version is made for a script element; a bundler cannot take it. */
async function load(): Promise<typeof OT> {
  const script = document.createElement('script');
  script.src = '/node_modules/@opentok/client/dist/js/opentok.min.js';
  const loaded = new Promise((resolve, reject) => Object.assign(script, { onload: resolve, onerror: reject }));
  document.head.append(script);
  await loaded;
  return (globalThis as unknown as { OT: typeof OT }).OT;
}

export const report = async (): ReturnType<typeof driveVonage> => driveVonage(await load());
