/** The browsers of the matrix: Chromium, and Firefox where it is installed and has something to hear sound with. */
import { CHROMIUM_FLAGS, findBrowser, launchChromium } from '../../tools/browser.mjs';
import { launchFirefox } from '../support/other-browsers.mjs';
import { startSoundServer } from '../support/sound-server.mjs';
import type { Browsers } from './matrix.ts';

export interface OpenBrowsers extends Browsers {
  readonly close: () => Promise<void>;
}

export async function openBrowsers(): Promise<OpenBrowsers> {
  const chromium = await launchChromium(CHROMIUM_FLAGS);
  const sound = startSoundServer();
  if (!findBrowser('firefox') || !sound.hasSound) {
    console.log(`skipped: Firefox: ${sound.hasSound ? 'not installed' : 'no sound device, and no PulseAudio instead'}`);
    sound.stop();
    return { chromium, close: () => chromium.close() };
  }
  Object.assign(process.env, sound.env);
  const firefox = await launchFirefox();
  const close = async (): Promise<void> => {
    await Promise.all([chromium.close(), firefox.close()]);
    sound.stop();
  };
  return { chromium, firefox, close };
}
