/**
 * A PulseAudio of our own with a sink that leads nowhere, for browsers that have no clock for sound without one
 * (Chromium has).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Starts it where it is installed and no other runs; otherwise `env` is empty. Tests that need sound are left out, or
 * say so, without `hasSound`.
 */
export function startSoundServer() {
  const canAsk = spawnSync('pactl', ['info'], { stdio: 'ignore' });
  const nothing = { env: {}, hasSound: canAsk.status === 0, stop: () => {} };
  if (canAsk.error !== undefined || canAsk.status === 0) return nothing;
  const folder = mkdtempSync(join(tmpdir(), 'denoise-node-sound-'));
  const env = { XDG_RUNTIME_DIR: folder };
  const options = { env: { ...process.env, ...env }, stdio: 'ignore' };
  const { status } = spawnSync(
    'pulseaudio',
    ['-n', '-D', '--exit-idle-time=-1', '-L', 'module-native-protocol-unix', '-L', 'module-null-sink'],
    options,
  );
  const stop = () => {
    if (status === 0) execFileSync('pulseaudio', ['-k'], options);
    rmSync(folder, { recursive: true, force: true });
  };
  if (status === 0) return { env, hasSound: true, stop };
  stop();
  return nothing;
}
