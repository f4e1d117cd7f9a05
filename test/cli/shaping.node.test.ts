import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Denoiser } from '../../src/engine/index.ts';
import { enhanceChannels } from '../../src/files/enhance.ts';
import { largestDifference } from '../engine/signals.ts';
import { command, readWav } from '../support/command-line.ts';

const SPEECH = fileURLToPath(new URL('../fixtures/noisy-speech.wav', import.meta.url));
const MODEL = new URL('../../models/base/', import.meta.url);

describe('denoise-node --high-pass and --auto-gain', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-node-'));
  });

  after(() => rm(folder, { recursive: true }));

  it('write what the same settings make of a recording in memory', async () => {
    const output = join(folder, 'shaped.wav');
    const { status, stderr } = await command(
      ...[SPEECH, '-o', output, '--high-pass', '90', '--auto-gain', '--target', '-26', '--jobs', '1', '--quiet'],
    );
    assert.equal(status, 0, stderr);
    const { planes, layout } = await readWav(SPEECH);
    const denoiser = await Denoiser.load({ modelUrl: MODEL });
    const shaped = { highPassHz: 90, autoGain: true, targetLevelDb: -26 };
    const [expected] = await enhanceChannels(denoiser, planes, layout.sampleRateHz, shaped);
    const [plain] = await enhanceChannels(denoiser, planes, layout.sampleRateHz);
    denoiser.dispose();
    const [written] = (await readWav(output)).planes;
    assert.ok(largestDifference(written, expected) <= 1 / 0x8000);
    assert.ok(largestDifference(written, plain) > 0.01);
  });

  it('tell what they expect', async () => {
    const refused: [args: string[], reason: RegExp][] = [
      [['--high-pass', '500'], /Expected --high-pass from 0 to 400, got "500"/],
      [['--auto-gain', '--target', '-3'], /Expected --target from -40 to -10, got "-3"/],
      [['--auto-gain', '--target=loud'], /Expected --target from -40 to -10, got "loud"/],
      [['--target', '-20'], /Expected --auto-gain with --target/],
    ];
    for (const [args, reason] of refused) {
      const { status, stderr } = await command(SPEECH, '-o', join(folder, 'x.wav'), ...args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, reason);
    }
  });
});
