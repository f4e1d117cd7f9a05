/** Runs in a page: takes an SDK's microphone through what happens in a call, and listens at the far end. */
import { DenoiseNode } from 'denoise-node';
import type { DenoisedTrack } from 'denoise-node/stream';
import { FarEnd, type Levels } from './support/far-end.ts';
import { lagSeconds } from './support/lag.ts';
import { type Call, call } from './support/loopback.ts';

/** By how much the noise must fall, and what stays may change, dB. */
const LEAST_FALL_DB = 15;
const MOST_CHANGE_DB = 3;
/** Readings of five seconds each that a level may take to become what it should be. */
const MOST_READINGS = 6;
/** The same with those in which the machine was too busy to denoise, which tell nothing. */
const MOST_READINGS_IN_ALL = 30;
const PATIENCE_MS = 20_000;

/** The microphone of an SDK, as a test drives it; every step through the SDK's own classes. */
export interface Microphone {
  /** What is sent now. */
  sent(): MediaStreamTrack;
  /** Sends it by a call of the SDK's own. Left out where that takes its servers: then by one of the test's. */
  call?(): Promise<Call>;
  /** What the SDK has opened, where our adapter does not know it. */
  input?(): MediaStreamTrack;
  /** Tells the SDK who sends. Left out where it swaps tracks only inside a call of its own: then the test swaps. */
  sendBy?(sender: RTCRtpSender): void;
  /** Sets our adapter, also again. */
  denoise(): Promise<void>;
  /** Takes it away; the microphone goes on. */
  undo(): Promise<void>;
  mute(isMuted: boolean): Promise<void>;
  /** Goes over to another device. */
  change(deviceId: string): Promise<void>;
  /** Goes over to another context, where the SDK has one. */
  changeContext?(): Promise<void>;
  /** Ends it all as an app does when it leaves. */
  close(): Promise<void>;
}

/** What every adapter has. */
export interface Adapter {
  enabled: boolean;
  readonly node: DenoiseNode | undefined;
  /** Of those that take tracks. */
  readonly denoised?: DenoisedTrack | undefined;
}

export interface Report {
  readonly before: Levels;
  readonly after: Levels;
  /** Measured between the microphone and what is sent, and what the node tells, seconds; NaN where it cannot be. */
  readonly addedSeconds: number;
  readonly nodeSeconds: number;
  /** Steps that went well. */
  readonly steps: readonly string[];
}

/** Drives it. Rejects with a sentence at the first step that fails; the report says how far it came otherwise. */
export async function drive(open: () => Promise<Microphone>, adapter: Adapter): Promise<Report> {
  const microphone = await open();
  const ongoing = await (microphone.call?.() ?? call(microphone.sent()));
  const farEnd = new FarEnd(ongoing.received);
  try {
    return await steps(microphone, adapter, ongoing, farEnd);
  } finally {
    await farEnd.close();
    ongoing.hangUp();
  }
}

async function steps(microphone: Microphone, adapter: Adapter, ongoing: Call, farEnd: FarEnd): Promise<Report> {
  const done: string[] = [];
  /** One step, after which the far end hears what is sent then. */
  const step = async <T>(name: string, act: () => Promise<unknown>, listen: () => Promise<T>): Promise<T> => {
    try {
      await act();
      await swap(microphone, ongoing);
      const heard = await listen();
      done.push(name);
      return heard;
    } catch (cause) {
      throw new Error(`${name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  };
  microphone.sendBy?.(ongoing.sender);
  await farEnd.untilVoice();
  const before = await farEnd.levels();
  const clean = (levels: Levels): boolean => keepsVoice(levels) && before.floorDb - levels.floorDb >= LEAST_FALL_DB;
  const noisy = (levels: Levels): boolean => keepsVoice(levels) && isNear(levels.floorDb, before.floorDb);
  const keepsVoice = (levels: Levels): boolean => isNear(levels.voiceDb, before.voiceDb);
  /** Listens until it is so; how it is then. */
  const becomes = async (isSo: (levels: Levels) => boolean): Promise<Levels> => {
    let levels = await farEnd.levels();
    for (let all = 1, telling = 1; !isSo(levels) && telling < MOST_READINGS && all < MOST_READINGS_IN_ALL; all++) {
      levels = await farEnd.levels();
      if (adapter.node?.state !== 'overloaded') telling += 1;
    }
    if (isSo(levels)) return levels;
    const { state, load, underruns } = adapter.node?.getMetrics() ?? { state: 'not there', load: 0, underruns: 0 };
    throw new Error(
      `the far end hears ${told(levels)}, where the microphone alone has ${told(before)}; the node is ${state}, at a ` +
        `load of ${load.toFixed(2)}, with ${underruns} underruns`,
    );
  };

  const denoise = async (): Promise<void> => {
    await microphone.denoise();
    await adapter.node?.ready;
  };
  const after = await step('denoise', denoise, () => becomes(clean));
  const input = adapter.denoised?.input ?? microphone.input?.();
  const addedSeconds = input ? await lagSeconds(input, microphone.sent()) : Number.NaN;
  const nodeSeconds = adapter.node?.latency ?? Number.NaN;
  await step(
    'switch off',
    async () => (adapter.enabled = false),
    () => becomes(noisy),
  );
  await step(
    'switch on',
    async () => (adapter.enabled = true),
    () => becomes(clean),
  );
  await step(
    'mute',
    () => microphone.mute(true),
    () => farEnd.untilSilence(),
  );
  await step(
    'unmute',
    () => microphone.mute(false),
    () => becomes(clean),
  );
  await step(
    'another device',
    async () => microphone.change(await otherDevice()),
    () => becomes(clean),
  );
  await step(
    'renegotiate',
    () => ongoing.renegotiate(),
    () => becomes(clean),
  );
  if (microphone.changeContext) await step('another context', microphone.changeContext, () => becomes(clean));
  await step(
    'undo',
    () => microphone.undo(),
    () => becomes(noisy),
  );
  await step('set again', denoise, () => becomes(clean));
  await microphone.close();
  await nothingLeft();
  return { before, after, addedSeconds, nodeSeconds, steps: [...done, 'nothing left'] };
}

/** Where an SDK swaps tracks itself, it must have done so; for the others we do what they do in a call. */
async function swap(microphone: Microphone, { sender }: Call): Promise<void> {
  if (sender.track === microphone.sent()) return;
  if (microphone.sendBy !== undefined) throw new Error('the SDK still sends the former track');
  await sender.replaceTrack(microphone.sent());
}

/** A microphone that is not the default one. */
async function otherDevice(): Promise<string> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  // Firefox lists what machines play beside what they hear.
  const others = devices.filter(
    ({ kind, deviceId, label }) => kind === 'audioinput' && deviceId !== 'default' && !label.startsWith('Monitor of'),
  );
  if (others.length === 0) throw new Error('this browser has one microphone only');
  return others[others.length - 1].deviceId;
}

/** Workers are kept for two seconds, in case that somebody comes back. */
async function nothingLeft(): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const census = await DenoiseNode.census();
    if (Object.values(census).every((count) => count === 0)) return;
    if (performance.now() > deadline) throw new Error(`left behind: ${JSON.stringify(census)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isNear(levelDb: number, otherDb: number): boolean {
  return Math.abs(levelDb - otherDb) <= MOST_CHANGE_DB;
}

function told({ floorDb, voiceDb }: Levels): string {
  return `a floor of ${floorDb.toFixed(1)} dBFS and a voice of ${voiceDb.toFixed(1)}`;
}
