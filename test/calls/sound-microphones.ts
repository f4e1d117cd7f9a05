/** Microphones of the machine that hear a recording over and over, for Firefox, which takes none from a file. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { HEADER_BYTES, RATE_HZ } from './microphone-file.ts';

const RECORDING = 'denoise_node_recording';
const MICROPHONES = ['denoise_node_microphone', 'denoise_node_other_microphone'];

/**
 * Opens two, of which the first is the default, in the PulseAudio that the environment names.
 * @param path a recording as microphone-file.ts writes it
 */
export function openMicrophones(path: string): { readonly stop: () => void } {
  const pactl = (...words: string[]): string => execFileSync('pactl', words, { encoding: 'utf8' }).trim();
  const modules = [
    pactl('load-module', 'module-null-sink', `sink_name=${RECORDING}`, `rate=${RATE_HZ}`),
    ...MICROPHONES.map((name) =>
      pactl('load-module', 'module-remap-source', `master=${RECORDING}.monitor`, `source_name=${name}`),
    ),
  ];
  const before = pactl('get-default-source');
  pactl('set-default-source', MICROPHONES[0]);
  const words = ['--playback', `--device=${RECORDING}`, '--raw', '--format=s16le', `--rate=${RATE_HZ}`, '--channels=1'];
  const player = spawn('pacat', words, { stdio: ['pipe', 'ignore', 'inherit'] });
  player.stdin.on('error', () => {}); // It was stopped.
  playForEver(player.stdin, readFileSync(path).subarray(HEADER_BYTES)).catch(() => {});
  const stop = (): void => {
    player.kill();
    pactl('set-default-source', before);
    for (const module of modules.reverse()) pactl('unload-module', module);
  };
  return { stop };
}

async function playForEver(player: NodeJS.WritableStream, sound: Buffer): Promise<void> {
  for (;;) if (!player.write(sound)) await once(player, 'drain');
}
