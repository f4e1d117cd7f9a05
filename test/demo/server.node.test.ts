/** What the demo's server answers, asked the way that no browser would ask. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { serveDemo } from '../../demo/serve.mjs';
import { startServer } from '../../tools/server.mjs';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request whose path and headers stay as they are. */
function ask(origin: string, path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('latin1'),
        }),
      );
    });
    asked.on('error', reject).end();
  });
}

const statusOf = async (...question: Parameters<typeof ask>): Promise<number> => (await ask(...question)).status;

describe("the demo's server", () => {
  let server: Awaited<ReturnType<typeof serveDemo>>;
  let origin: string;

  before(async () => {
    server = await serveDemo({ port: 0 });
    ({ origin } = new URL(server.url));
  });

  after(() => server.close());

  it('serves what the demo is made of, and leads to it', async () => {
    for (const path of ['/demo/', '/demo/tokens.css', '/models/catalogue.json', '/demo/samples/LICENCES.md'])
      assert.equal(await statusOf(origin, path), 200, path);
    const [home, folder] = [await ask(origin, '/'), await ask(origin, '/demo?mode=message')];
    assert.equal(home.headers.location, '/demo/');
    assert.deepEqual([folder.status, folder.headers.location], [301, '/demo/?mode=message']);
  });

  it('serves nothing else of the repository', async () => {
    for (const path of [
      ...['/.git/HEAD', '/.git', '/.npmrc', '/package.json', '/README.md', '/node_modules/lit/package.json'],
      ...['/test/run.mjs', '/src/index.ts', '/demo/../.git/HEAD', '/demo/%2e%2e/.git/HEAD', '/demo/..%2f.git%2fHEAD'],
      ...['/demo/../../../../../etc/passwd', '//etc/passwd', '/demo/%00', '/demo/no-such-file', '/demo/demo.css/x'],
    ])
      assert.equal(await statusOf(origin, path), 404, path);
    assert.equal(await statusOf(origin, '/%'), 400);
  });

  it('answers to the names of this machine, and to no other', async () => {
    const { port } = new URL(origin);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'LOCALHOST'])
      assert.equal(await statusOf(origin, '/demo/', 'GET', { host }), 200, host);
    for (const host of [`evil.example:${port}`, 'localhost.evil.example', `192.168.1.2:${port}`])
      assert.equal(await statusOf(origin, '/demo/', 'GET', { host }), 403, host);
  });

  it('answers to a name that it was given', async () => {
    const named = await serveDemo({ port: 0, host: '127.0.0.1' });
    assert.match(named.url, /^http:\/\/127\.0\.0\.1:\d+\/demo\/$/);
    assert.equal(await statusOf(named.url, '/demo/'), 200);
    assert.equal(await statusOf(named.url, '/demo/', 'GET', { host: 'evil.example' }), 403);
    await named.close();
  });

  it('knows GET and HEAD', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
      const { status, headers } = await ask(origin, '/demo/', method);
      assert.deepEqual([status, headers.allow], [405, 'GET, HEAD'], method);
    }
    const { status, headers, body } = await ask(origin, '/demo/demo.css', 'HEAD');
    assert.deepEqual([status, body], [200, '']);
    assert.equal(Number(headers['content-length']), (await readFile('demo/demo.css')).length);
  });

  it('gives ranges of a file', async () => {
    const file = await readFile('demo/demo.css', 'latin1');
    for (const [range, start, end] of [
      ['bytes=0-9', 0, 9],
      ['bytes=100-', 100, file.length - 1],
      ['bytes=-5', file.length - 5, file.length - 1],
      ['bytes=10-99999999', 10, file.length - 1],
    ] as const) {
      const { status, headers, body } = await ask(origin, '/demo/demo.css', 'GET', { range });
      assert.deepEqual([status, body], [206, file.slice(start, end + 1)], range);
      assert.equal(headers['content-range'], `bytes ${start}-${end}/${file.length}`);
    }
    const beyond = await ask(origin, '/demo/demo.css', 'GET', { range: `bytes=${file.length}-` });
    assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, `bytes */${file.length}`]);
    for (const range of ['bytes=9-1', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=-'])
      assert.deepEqual((await ask(origin, '/demo/demo.css', 'GET', { range })).status, 200, range);
  });
});

describe('a folder that is served', () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof startServer>>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-server-'));
    await mkdir(join(folder, 'root/inside'), { recursive: true });
    server = await startServer({ root: join(folder, 'root') });
  });

  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  it('shows no link that leads out of it, and those that stay in it', async () => {
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await writeFile(join(folder, 'root/inside/file.txt'), 'open');
    await symlink('../secret.txt', join(folder, 'root/out.txt'));
    await symlink('..', join(folder, 'root/up'));
    await symlink('inside', join(folder, 'root/stays'));
    for (const path of ['/out.txt', '/up/secret.txt', '/up/']) assert.equal(await statusOf(server.origin, path), 404);
    assert.equal((await ask(server.origin, '/stays/file.txt')).body, 'open');
  });

  it('keeps no file open for those who went away', {
    skip: process.platform !== 'linux' && 'needs /proc',
  }, async () => {
    const name = join(folder, 'root/long.bin');
    await writeFile(name, '');
    await truncate(name, 2 ** 26); // More than any socket holds.
    const { hostname, port } = new URL(server.origin);
    const leave = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const asked = request({ hostname, port, path: '/long.bin', agent: false }, (response) => {
          response.once('data', () => asked.destroy());
          response.on('error', () => {}).on('close', resolve);
        });
        asked.on('error', reject).end();
      });
    const open = async (): Promise<number> => {
      const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
      return (await Promise.all(links)).filter((target) => target === name).length;
    };
    for (let i = 0; i < 10; i++) await leave();
    for (let tries = 0; tries < 500 && (await open()) > 0; tries++) await setTimeout(20);
    assert.equal(await open(), 0);
  });
});
