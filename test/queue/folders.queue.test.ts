/** The queue from folders to folders, with a real Redis, in processes of its own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { channelsOf, command, finished, wav } from '../support/command-line.ts';
import { partsIn, QueueCommand, said, until } from './support/queue-command.ts';
import { RedisServer } from './support/redis-server.ts';

const TIMEOUT = { timeout: 600_000 };
const FIXTURES = join(import.meta.dirname, '../fixtures');
/** Long enough to be met under way on any machine. */
const LONG_FRAMES = 40 * 16000;

describe('denoise-node queue', () => {
  let redis: RedisServer;
  let folder: string;
  let input: string;
  let output: string;
  let queue: QueueCommand;
  let queues = 0;

  before(async () => {
    redis = await RedisServer.start();
    folder = await mkdtemp(join(tmpdir(), 'denoise-queue-'));
  });

  after(async () => {
    await redis.remove();
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    const name = `q${++queues}`;
    queue = new QueueCommand(redis.url, name);
    [input, output] = [join(folder, name, 'in'), join(folder, name, 'out')];
    await mkdir(input, { recursive: true });
  });

  const record = (name: string, frames = 4000, seed = 1) =>
    writeFile(join(input, name), wav('int16', 16000, channelsOf(seed, frames).slice(-1)));

  /** What the command line makes of the same. */
  async function plain(...args: string[]): Promise<Map<string, Buffer>> {
    const folder = `${output}-plain`;
    await rm(folder, { recursive: true, force: true });
    assert.equal((await command(input, '-o', folder, '--quiet', ...args)).status, 0);
    return filesIn(folder);
  }

  it('makes of each recording what the command line makes, to the bit, and once', TIMEOUT, async () => {
    await mkdir(join(input, 'sub'));
    await record('a.wav');
    await cp(join(FIXTURES, 'compressed/libflac-16.flac'), join(input, 'sub/b.flac'));
    await cp(join(FIXTURES, 'compressed/lame-vbr-mono.mp3'), join(input, 'c.mp3'));
    const how = ['--mix', '0.9', '--limit', '20', '--residual'];
    assert.deepEqual(await queue.run('add', input, '-o', output, ...how), {
      status: 0,
      stdout: '3 added, 0 in the queue already\n',
      stderr: '',
    });
    assert.equal((await queue.run('add', input, '-o', output, ...how)).stdout, '0 added, 3 in the queue already\n');
    const { status, stdout } = await queue.work('--jobs', '2');
    assert.equal(status, 0);
    assert.equal(stdout.split('\n').filter((line) => line.includes(' → ')).length, 3);
    assert.deepEqual(await filesIn(output), await plain(...how));
    assert.equal((await queue.run('add', input, '-o', output, ...how)).stdout, '0 added, 3 in the queue already\n');
    const { done, waiting, failed, seconds } = await queue.status();
    assert.deepEqual({ done, waiting, failed }, { done: 3, waiting: 0, failed: 0 });
    assert.ok(seconds > 0.25, `${seconds} s`);
    // Other settings are other work.
    assert.equal((await queue.run('add', input, '-o', output)).stdout, '3 added, 0 in the queue already\n');
  });

  it('does what has changed again, and replaces an output where that is allowed alone', TIMEOUT, async () => {
    await record('a.wav');
    await record('b.wav');
    await queue.run('add', input, '-o', output);
    assert.equal((await queue.work()).status, 0);
    const before = await filesIn(output);
    await record('b.wav', 5000, 2);
    assert.equal((await queue.run('add', input, '-o', output)).stdout, '1 added, 1 in the queue already\n');
    const refused = await queue.work();
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /in\/b\.wav: .*out\/b\.wav exists; --overwrite replaces it\n$/);
    assert.deepEqual(await filesIn(output), before);
    const again = await queue.run('add', input, '-o', output, '--overwrite');
    assert.equal(again.stdout, '0 added, 1 in the queue already, 1 tried again\n');
    assert.equal((await queue.work()).status, 0);
    assert.deepEqual(await filesIn(output), await plain());
  });

  it('tells what failed and why, tries it again when asked, and forgets it when asked', TIMEOUT, async () => {
    for (const name of ['good.wav', 'gone.wav', 'folder.wav']) await record(name);
    await writeFile(join(input, 'text.wav'), 'no sound');
    await queue.run('add', input, '-o', output, '--attempts', '2', '--backoff', '0.1');
    await rename(join(input, 'gone.wav'), join(folder, 'kept.wav'));
    await rm(join(input, 'folder.wav'));
    await mkdir(join(input, 'folder.wav'));
    const worked = await queue.work();
    assert.equal(worked.status, 1);
    assert.match(worked.stderr, /gone\.wav: ENOENT.* \(attempt 1 of 2; it is tried again\)/);
    const { done, failed, failures } = await queue.status();
    assert.deepEqual({ done, failed }, { done: 1, failed: 3 });
    const reasons = new Map(failures.map(({ source, ...rest }) => [source.slice(input.length + 1), rest]));
    // What a recording itself is to blame for is not tried twice.
    assert.deepEqual([...reasons].map(([name, { attempts }]) => `${name} ${attempts}`).sort(), [
      'folder.wav 2',
      'gone.wav 2',
      'text.wav 1',
    ]);
    assert.match(
      reasons.get('gone.wav')?.reason ?? '',
      /moved or removed.*bring it back, then "denoise-node queue retry"/,
    );
    assert.match(reasons.get('folder.wav')?.reason ?? '', /EISDIR/);
    assert.match(reasons.get('text.wav')?.reason ?? '', /found none of them/);
    assert.match((await queue.run('status')).stdout, /^failed {5}3$/m);

    await rename(join(folder, 'kept.wav'), join(input, 'gone.wav'));
    assert.equal((await queue.run('retry')).stdout, '3 to be tried again\n');
    assert.equal((await queue.work()).status, 1);
    assert.deepEqual([...(await filesIn(output)).keys()], ['gone.wav', 'good.wav']);
    assert.equal((await queue.run('clean', '--failed')).stdout, '2 forgotten\n');
    assert.equal((await queue.status()).failed, 0);
    assert.equal((await queue.run('clean', '--done', '--waiting')).stdout, '2 forgotten\n');
  });

  it('gives back what is under way at Ctrl-C', TIMEOUT, async () => {
    await record('long.wav', LONG_FRAMES);
    await queue.run('add', input, '-o', output);
    const worker = await queue.start('work');
    const ended = finished(worker);
    await until(async () => (await partsIn(output)).length > 0);
    worker.kill('SIGINT');
    assert.equal((await ended).status, 130);
    assert.deepEqual(await readdir(output), []);
    const { waiting, underWay, failed } = await queue.status();
    assert.deepEqual({ waiting, underWay, failed }, { waiting: 1, underWay: 0, failed: 0 });
    assert.equal((await queue.work()).status, 0);
    assert.deepEqual(await filesIn(output), await plain());
  });

  it('goes on where Redis goes and comes back in the middle of a recording', TIMEOUT, async () => {
    await record('long.wav', LONG_FRAMES);
    await record('next.wav');
    await queue.run('add', input, '-o', output);
    const worker = await queue.start('work', '--until-empty');
    const ended = finished(worker);
    await until(async () => (await partsIn(output)).length > 0);
    const away = said(worker, 'stderr', /does not answer .*start it.*What is under way goes on/);
    await redis.stop();
    await away;
    await redis.start();
    assert.equal((await ended).status, 0);
    assert.equal((await queue.status()).done, 2);
    assert.deepEqual(await filesIn(output), await plain());
  });

  it('tells that a disk is full, and does the rest when there is room', TIMEOUT, async (test) => {
    await mkdir(output);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', output], { stdio: 'ignore' });
    } catch {
      return test.skip('no small disk can be mounted');
    }
    try {
      await record('a.wav', 16000);
      await record('b.wav', 200_000);
      await queue.run('add', input, '-o', output, '--attempts', '1');
      assert.equal((await queue.work()).status, 1);
      const { done, failures } = await queue.status();
      assert.equal(done, 1);
      assert.match(failures[0].reason, /ENOSPC.*; the disk is full: make room, then "denoise-node queue retry"/);
      assert.deepEqual(await readdir(output), ['a.wav']);
      execFileSync('mount', ['-o', 'remount,size=10m', output]);
      await queue.run('retry');
      assert.equal((await queue.work()).status, 0);
      assert.deepEqual(await filesIn(output), await plain());
    } finally {
      execFileSync('umount', [output]);
    }
  });
});

/** Everything in a folder and below, by name. */
async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.sort().map(async (path) => [path.slice(folder.length + 1), await readFile(path)] as const),
  );
  return new Map(files);
}
