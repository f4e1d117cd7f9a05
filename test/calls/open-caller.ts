/** The browser that calls: its microphone, of which it has two, hears a recording. */
import type { Browser } from 'puppeteer-core';
import { CHROMIUM_FLAGS, launchChromium } from '../../tools/browser.mjs';
import { launchFirefox } from '../support/other-browsers.mjs';
import { startSoundServer } from '../support/sound-server.mjs';
import { openMicrophones } from './sound-microphones.ts';

export interface Caller {
  readonly browser: Browser;
  readonly close: () => Promise<void>;
}

/** Some SDKs tell their makers that they were started: not from here. */
const NOWHERE = {
  'network.proxy.type': 1,
  'network.proxy.http': 'localhost',
  'network.proxy.http_port': 9, // discard
  'network.proxy.ssl': 'localhost',
  'network.proxy.ssl_port': 9,
};

/**
 * Opens it: Chromium, or Firefox, which takes a PulseAudio, of its own where none runs.
 * @param microphone path of the recording
 * @param protocolTimeout longest that a page may take, milliseconds
 */
export function openCaller(name: string, microphone: string, protocolTimeout: number): Promise<Caller> {
  switch (name) {
    case 'chromium':
      return openChromium(microphone, protocolTimeout);
    case 'firefox':
      return openFirefox(microphone, protocolTimeout);
    default:
      throw new RangeError(`TEST_BROWSER: expected chromium or firefox, got ${name}.`);
  }
}

async function openChromium(microphone: string, protocolTimeout: number): Promise<Caller> {
  const flags = [
    ...CHROMIUM_FLAGS,
    `--use-file-for-fake-audio-capture=${microphone}`,
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost',
  ];
  const browser = await launchChromium(flags, { protocolTimeout });
  return { browser, close: () => browser.close() };
}

async function openFirefox(microphone: string, protocolTimeout: number): Promise<Caller> {
  const sound = startSoundServer();
  if (!sound.hasSound) throw new Error('Firefox hears a recording by PulseAudio alone, which is not installed.');
  Object.assign(process.env, sound.env);
  const microphones = openMicrophones(microphone);
  const preferences = { 'media.navigator.streams.fake': false, ...NOWHERE };
  const browser = await launchFirefox({ preferences, protocolTimeout });
  const close = async (): Promise<void> => {
    await browser.close();
    microphones.stop();
    sound.stop();
  };
  return { browser, close };
}
