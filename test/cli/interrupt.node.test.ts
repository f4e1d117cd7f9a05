/** Ctrl-C while the command waits for something that does not come. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { channelsOf, start, wav } from '../support/command-line.ts';

describe('one Ctrl-C', () => {
  let folder: string;
  let server: Server;
  let url: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-interrupt-'));
    await mkdir(join(folder, 'in'));
    for (const name of ['a.wav', 'b.wav'])
      await writeFile(join(folder, 'in', name), wav('int16', 16000, channelsOf(1, 300)));
    server = createServer((request, response) => {
      // A manifest that never begins, and one that never ends.
      if (request.url?.startsWith('/half/')) response.writeHead(200, { 'Content-Length': '5000' }).write('{');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  for (const [what, path, jobs] of [
    ['does not answer', 'silent', '1'],
    ['stops half way', 'half', '1'],
    ['does not answer two threads', 'silent', '2'],
  ])
    it(`ends the command while the server of a model ${what}`, { timeout: 120_000 }, async () => {
      const asked = once(server, 'request');
      const output = join(folder, `out-${path}-${jobs}`);
      const child = await start(join(folder, 'in'), '-o', output, '--model', `${url}/${path}/`, '--jobs', jobs);
      let stderr = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      await asked;
      child.kill('SIGINT');
      assert.deepEqual(await once(child, 'close'), [130, null]);
      assert.equal(stderr, '');
      assert.deepEqual(await readdir(output).catch(() => 'not there'), 'not there');
    });
});
