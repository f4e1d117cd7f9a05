/**
 * What some browsers, or the means by which tests drive them, cannot do. A test that needs it is skipped there, is
 * counted as skipped, and says why: the summary of `npm test` lists these lines.
 */
import { emulateMedia, executeServerCommand } from '@web/test-runner-commands';

export const LIMITS = {
  pauses: 'this browser has no OfflineAudioContext.suspend()',
  noPauses: 'this browser has OfflineAudioContext.suspend(), and the test is of those without',
  recordedMicrophone: 'only Chromium plays a recording as a microphone that is not there',
  ownProcessing: 'this browser does nothing of its own to a microphone that is not there',
  peers: 'this browser was built without RTCPeerConnection',
  generators: 'only Chromium has tracks that a page fills itself',
  noGenerators: 'Chromium has tracks that a page fills itself, and the test is of those without',
  interruptions: 'only Chromium interrupts the sound of frames that are not seen',
  sound: 'no sound device: the clock of an AudioContext stands still',
  devtools: 'only the DevTools of Chromium collect garbage and count workers',
  longParts: 'this browser takes its sound in short parts, whatever is asked for',
  frames: 'this browser does not tell that a context has gone with its iframe',
  windows: 'this browser opens no such window, or none for its driver',
  time: 'Chromium tries it: the whole check would take too long with every browser trying everything',
  waits: 'this browser lets the audio thread wait, which nothing leans on',
  closed: 'this browser makes an AudioWorkletNode in a closed context, which nothing leans on',
  turns: 'this browser lets timers wait while messages come, and the test needs both in one thread',
  media: 'the driver of this browser sets no preferred colours and no preference for less motion',
} as const;

/** Skips a test, or in a hook before all of them a whole suite, and says why. */
export function skip(test: Mocha.Context, limit: keyof typeof LIMITS): never {
  const { currentTest, test: running } = test;
  const isHook = (running as { type?: string } | undefined)?.type === 'hook';
  const skipped = currentTest ?? (isHook ? running?.parent : running);
  console.info(`skipped: ${skipped?.fullTitle()}: ${LIMITS[limit]}`);
  return test.skip();
}

/** Whether the rendering of an OfflineAudioContext can be paused; Firefox cannot. */
export function canPause(): boolean {
  return 'suspend' in OfflineAudioContext.prototype;
}

/** Message mode offline, and tests that look at a rendering half way, need pauses. */
export function needsPauses(test: Mocha.Context): void {
  if (!canPause()) skip(test, 'pauses');
}

let sound: Promise<boolean> | undefined;

/** A realtime context whose clock stands still has no sound device: Firefox and WebKit need a sound server. */
export async function needsSound(test: Mocha.Context): Promise<void> {
  sound ??= clockRuns();
  if (!(await sound)) skip(test, 'sound');
}

/** A call between two peers of one page. */
export function needsPeers(test: Mocha.Context): void {
  if (!('RTCPeerConnection' in globalThis)) skip(test, 'peers');
}

/** A microphone that plays a noisy recording: web-test-runner.config.mjs gives one to Chromium. */
export async function needsRecordedMicrophone(test: Mocha.Context): Promise<void> {
  if (!(await hasDevtools())) skip(test, 'recordedMicrophone');
}

/** A microphone, though it is not there, whose sound the browser suppresses noise in where it is asked to. */
export async function needsOwnProcessing(test: Mocha.Context): Promise<void> {
  if (!(await hasDevtools())) skip(test, 'ownProcessing');
}

/** Contexts that the browser interrupts when a page brings that about. */
export async function needsInterruptions(test: Mocha.Context): Promise<void> {
  if (!(await hasDevtools())) skip(test, 'interruptions');
}

async function clockRuns(): Promise<boolean> {
  const context = new AudioContext();
  for (let tries = 0; tries < 40 && context.currentTime === 0; tries++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const runs = context.currentTime > 0;
  await context.close();
  return runs;
}

/** What takes long and tells little that is new in another browser than Chromium. */
export async function needsTime(test: Mocha.Context): Promise<void> {
  if (!(await hasDevtools())) skip(test, 'time');
}

/** A hook before a suite of which that is true. */
export async function chromiumAlone(this: Mocha.Context): Promise<void> {
  await needsTime(this);
}

/** Whether a page still hears of an offline rendering that is over, from its worklet. WebKit's does not. */
export function hearsOfEnd(): Promise<boolean> {
  return hasDevtools();
}

/** Whether the clock of a worker shows parts of a millisecond. WebKit's does not. */
export function hasFineClock(): Promise<boolean> {
  return hasDevtools();
}

/** Garbage that is collected when asked, and workers that are counted. */
export async function needsDevtools(test: Mocha.Context): Promise<void> {
  if (!(await hasDevtools())) skip(test, 'devtools');
}

/** Preferences as they are where nobody has set any. */
const COMMON = { colorScheme: 'light', reducedMotion: 'no-preference' } as const;

/** Has the browser prefer colours or less motion, as its user's system may; nothing is asked of it where it does. */
export async function prefer(
  test: Mocha.Context,
  { colorScheme = COMMON.colorScheme, reducedMotion = COMMON.reducedMotion }: Parameters<typeof emulateMedia>[0],
): Promise<void> {
  const query = `(prefers-color-scheme: ${colorScheme}) and (prefers-reduced-motion: ${reducedMotion})`;
  if (matchMedia(query).matches) return;
  if (!(await hasDevtools())) skip(test, 'media');
  await emulateMedia({ colorScheme, reducedMotion });
}

/**
 * As little motion as the browser can be brought to prefer: for tests that could wait for the end of it. Call
 * {@link restorePreferences} after them.
 */
export async function preferStillness(): Promise<void> {
  if (await hasDevtools()) await emulateMedia({ reducedMotion: 'reduce' });
}

/** To be called after tests that {@link prefer}. */
export async function restorePreferences(): Promise<void> {
  if (await hasDevtools()) await emulateMedia(COMMON);
}

/** Whether this is Chromium, driven by its DevTools. */
export function hasDevtools(): Promise<boolean> {
  return executeServerCommand<boolean, undefined>('has-devtools');
}
