/** What `denoise-node queue` says and does where Redis, or a package, is not there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildCommand, channelsOf, finished, wav } from '../support/command-line.ts';
import { QueueCommand, said } from './support/queue-command.ts';
import { RedisServer } from './support/redis-server.ts';

const TIMEOUT = { timeout: 600_000 };

describe('denoise-node queue without a Redis', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-away-'));
    await mkdir(join(folder, 'in'));
    await writeFile(join(folder, 'in/a.wav'), wav('int16', 16000, channelsOf(1, 4000)));
  });

  after(() => rm(folder, { recursive: true }));

  it('ends at once and says what to do, but for a worker, which waits for it', TIMEOUT, async () => {
    const redis = await RedisServer.create();
    try {
      const queue = new QueueCommand(redis.url, 'away');
      for (const args of [['add', folder, '-o', join(folder, 'out')], ['status'], ['retry'], ['clean', '--done']]) {
        const { status, stderr } = await queue.run(args[0], ...args.slice(1));
        assert.equal(status, 4);
        assert.match(stderr, /^denoise-node: Redis at redis:\S+ does not answer \(ECONNREFUSED\): start it, or name/);
      }
      const worker = await queue.start('work', '--until-empty');
      const ended = finished(worker);
      await said(worker, 'stderr', /does not answer \(ECONNREFUSED\): start it.* It is waited for\.\n/);
      await redis.start();
      assert.equal((await ended).status, 0);
    } finally {
      await redis.remove();
    }
  });

  it('ends where Redis refuses the password, which it does not show', TIMEOUT, async () => {
    const redis = await RedisServer.start('sesame');
    try {
      for (const url of [redis.url.replace('sesame', 'wrong'), redis.url.replace(':sesame@', '')])
        for (const action of ['work', 'status']) {
          const { status, stderr } = await new QueueCommand(url, 'refused').run(action);
          assert.equal(status, 4);
          assert.match(
            stderr,
            /refuses the user or password \((?:WRONGPASS|NOAUTH).*redis:\/\/USER:PASSWORD@HOST:6379/,
          );
          assert.doesNotMatch(stderr, /wrong[^ ]*@/);
        }
      assert.equal((await new QueueCommand(redis.url, 'right').run('status')).status, 0);
    } finally {
      await redis.remove();
    }
  });

  it('says which packages it needs where they are not installed', TIMEOUT, async () => {
    const alone = join(folder, 'alone');
    await mkdir(alone);
    await buildCommand(join(alone, 'cli.mjs'));
    // The build leaves packages out; of those, plain use needs this one.
    for (const name of ['minimp3-wasm', '@tensorflow', 'opus-decoder', 'stb-vorbis'])
      await cp(join('node_modules', name), join(alone, 'node_modules', name), { recursive: true });
    const { status, stderr } = spawnSync(process.execPath, ['cli.mjs', 'queue', 'status'], {
      cwd: alone,
      encoding: 'utf8',
    });
    assert.match(stderr, /packages that are not installed: npm install bullmq ioredis brings them\.\n$/);
    assert.equal(status, 4);
  });

  it('takes what it understands, and says what it expected', TIMEOUT, async () => {
    const queue = new QueueCommand('redis://127.0.0.1:1', 'none');
    for (const [args, expected] of [
      [['ad'], /Expected queue add, work, status, retry or clean, got "ad"/],
      [['add', 'in'], /Expected an output with -o, got none/],
      [['work', '--jobs', '0'], /Expected --jobs from 1 to 64, got "0"/],
      [['clean'], /Expected --done, --failed or --waiting with queue clean, got none/],
      [['status', 'now'], /Expected options alone, got "now"/],
    ] as const) {
      const { status, stderr } = await queue.run(args[0], ...args.slice(1));
      assert.match(stderr, expected);
      assert.equal(status, 2);
    }
    assert.match((await queue.run('status', '--help')).stdout, /^Usage: denoise-node queue add/);
  });
});
