/** The queue from and to a store that speaks S3, with a real Redis, in processes of its own. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { channelsOf, command, finished, wav } from '../support/command-line.ts';
import { QueueCommand, until } from './support/queue-command.ts';
import { RedisServer } from './support/redis-server.ts';
import { missingStore, S3Server } from './support/s3-server.ts';

const TIMEOUT = { timeout: 600_000 };
const BUCKET = 'archive';
const FIXTURES = join(import.meta.dirname, '../fixtures');
/** Twelve ranges to read, three parts of a WAV or two of a FLAC to write: high rates cost little for their bytes. */
const LONG = wav('float64', 192_000, channelsOf(1, 16 * 192_000));
const SHORT = wav('int16', 16000, channelsOf(1, 4000));

describe('denoise-node queue with S3', { skip: await missingStore() }, () => {
  let redis: RedisServer;
  let store: S3Server;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-s3-'));
    await mkdir(join(folder, 'plain'));
    [redis, store] = await Promise.all([RedisServer.start(), S3Server.start(BUCKET)]);
  });

  after(async () => {
    await Promise.all([redis.remove(), store.remove()]);
    await rm(folder, { recursive: true });
  });

  const queueOf = (name: string, env = {}) => new QueueCommand(redis.url, name, { ...store.env, ...env });
  const at = (key: string) => `s3://${BUCKET}/${key}`;

  /** What the command line makes of a recording; made once for each name. */
  async function plain(bytes: Uint8Array, name: string): Promise<Buffer> {
    const [input, output] = [join(folder, 'recording'), join(folder, 'plain', name)];
    if (!existsSync(output)) {
      await writeFile(input, bytes);
      const { status, stderr } = await command(input, '-o', output);
      assert.equal(status, 0, stderr);
    }
    return readFile(output);
  }

  async function sameAs(key: string, expected: Buffer): Promise<void> {
    const bytes = Buffer.from(await store.get(BUCKET, key));
    assert.equal(bytes.length, expected.length, key);
    assert.ok(bytes.equals(expected), key);
  }

  it('reads ranges and writes parts: the same as from file to file, to the bit', TIMEOUT, async () => {
    const flac = await readFile(join(FIXTURES, 'compressed/libflac-16.flac'));
    await store.put(BUCKET, 'ranges/deep/er/long.wav', LONG);
    await store.put(BUCKET, 'ranges/ä b+c.flac', flac);
    await store.put(BUCKET, 'ranges/.hidden/a.wav', SHORT);
    await store.put(BUCKET, 'ranges/notes.txt', SHORT);
    await store.put(BUCKET, 'ranges-of-others/a.wav', SHORT);
    const queue = queueOf('ranges');
    const added = await queue.run('add', at('ranges'), '-o', at('out/'));
    assert.equal(added.stdout, '2 added, 0 in the queue already\n', added.stderr);
    const flacs = await queue.run('add', at('ranges/deep/er/long.wav'), '-o', at('flacs'), '--format', 'flac');
    assert.equal(flacs.stdout, '1 added, 0 in the queue already\n', flacs.stderr);
    const worked = await queue.work();
    assert.equal(worked.status, 0, worked.stderr);
    assert.deepEqual(await store.keys(BUCKET, 'out/'), ['out/deep/er/long.wav', 'out/ä b+c.flac']);
    await sameAs('out/deep/er/long.wav', await plain(LONG, 'long.wav'));
    await sameAs('flacs/long.flac', await plain(LONG, 'long.flac'));
    await sameAs('out/ä b+c.flac', await plain(flac, 'a.flac'));
    assert.deepEqual(await store.uploads(BUCKET), []);

    // An object that is replaced is new work; one that is there is not replaced by chance.
    await store.put(BUCKET, 'ranges/ä b+c.flac', await readFile(join(FIXTURES, 'compressed/libflac-24.flac')));
    const again = await queue.run('add', at('ranges'), '-o', at('out/'));
    assert.equal(again.stdout, '1 added, 1 in the queue already\n');
    assert.equal((await queue.work()).status, 1);
    assert.match((await queue.status()).failures[0].reason, /^s3:\S+.* exists; --overwrite replaces it$/);
    await sameAs('out/ä b+c.flac', await plain(flac, 'a.flac'));
  });

  it(
    'takes over from a worker that was killed before its upload was complete, which is taken back',
    TIMEOUT,
    async () => {
      await store.put(BUCKET, 'killed/long.wav', LONG);
      const queue = queueOf('killed');
      await queue.run('add', at('killed'), '-o', at('survived'));
      const complete = new Promise<void>((resolve) => {
        store.ignores = (method, _key, query) => {
          const isLast = method === 'POST' && query.includes('uploadId=');
          if (isLast) resolve();
          return isLast;
        };
      });
      const worker = await queue.start('work', '--stalled', '2');
      const ended = once(worker, 'close');
      await complete;
      worker.kill('SIGKILL');
      await ended;
      store.ignores = () => false;
      assert.deepEqual(await store.uploads(BUCKET), ['survived/long.wav']);
      assert.deepEqual(await store.keys(BUCKET, 'survived'), []);
      const worked = await queue.work('--stalled', '2');
      assert.equal(worked.status, 0, worked.stderr);
      await sameAs('survived/long.wav', await plain(LONG, 'long.wav'));
      assert.deepEqual(await store.uploads(BUCKET), []);
    },
  );

  it('takes back an upload at Ctrl-C', TIMEOUT, async () => {
    await store.put(BUCKET, 'interrupted/long.wav', LONG);
    const queue = queueOf('interrupted');
    await queue.run('add', at('interrupted'), '-o', at('never'));
    const worker = await queue.start('work');
    const ended = finished(worker);
    await until(async () => (await store.uploads(BUCKET)).length > 0);
    worker.kill('SIGINT');
    assert.equal((await ended).status, 130);
    assert.deepEqual(await store.uploads(BUCKET), []);
    assert.deepEqual(await store.keys(BUCKET, 'never'), []);
    assert.equal((await queue.status()).waiting, 1);
  });

  it('says what to do where the store, a bucket, an object or the credentials are not there', TIMEOUT, async () => {
    await mkdir(join(folder, 'in'));
    await writeFile(join(folder, 'in/a.wav'), SHORT);
    const refused = async (env: object, source: string, expected: RegExp): Promise<void> => {
      const { status, stderr } = await queueOf('refused', env).run('add', source, '-o', join(folder, 'out'));
      assert.match(stderr, expected);
      assert.equal(status, 4);
    };
    await refused({}, 's3://nowhere/a', /s3:\/\/nowhere\/a: there is no bucket "nowhere": check its name, AWS_REGION/);
    const nobody = { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' };
    await refused(nobody, at('a'), /the store at http:\/\/127\.0\.0\.1:1 cannot be reached: check AWS_ENDPOINT_URL/);
    const queue = queueOf('refused');
    await store.put(BUCKET, 'gone/a.wav', SHORT);
    await queue.run('add', at('gone'), '-o', join(folder, 'out'), '--attempts', '1');
    await queue.run('add', join(folder, 'in'), '-o', 's3://nowhere/out', '--attempts', '1');
    await store.drop(BUCKET, 'gone/a.wav');
    assert.equal((await queue.work()).status, 1);
    const reasons = (await queue.status()).failures.map(({ source, reason }) => `${source}: ${reason}`).sort();
    assert.match(reasons[0], /^\/.*a\.wav: s3:\/\/nowhere\/out\/a\.wav: /);
    assert.match(reasons[1], /^s3:.*there is no such object any more.*bring it back, then "denoise-node queue retry"/);

    await store.put(BUCKET, 'gone/a.wav', SHORT);
    await queue.run('retry');
    await store.checkCredentials(true);
    try {
      await refused({}, at('a'), /the store does not take the credentials: set AWS_ACCESS_KEY_ID/);
      assert.equal((await queue.work()).status, 1);
      assert.match((await queue.status()).failures[0].reason, /credentials|access is denied/);
    } finally {
      await store.checkCredentials(false);
    }
    await queue.run('retry');
    assert.equal((await queue.work()).status, 1);
    assert.deepEqual(await readdir(join(folder, 'out')), ['a.wav']);
  });
});
