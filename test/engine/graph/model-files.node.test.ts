import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { loadModelFiles } from '../../../src/engine/graph/model-files.ts';
import { DenoiseError, type DenoiseErrorCode, Denoiser } from '../../../src/engine/index.ts';
import {
  FIXTURE_URL,
  type ManifestJson,
  type ModelFolder,
  makeFixtureModel,
  servedFrom,
} from '../../support/fixture-model.ts';

/** Patience of the tests; servers that keep within it answer far more often. */
const patienceMs = 500;

describe('the files of a model, from a server', () => {
  let folder: ModelFolder;
  /** Answers instead of the folder, by name. */
  let answers: Record<string, (response: ServerResponse, request: IncomingMessage) => void>;
  let open = 0;
  let mostOpen = 0;
  let asked: string[] = [];
  const server = createServer((request, response) => {
    const name = (request.url as string).slice('/model/'.length);
    asked.push(name);
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    response.once('close', () => (open -= 1));
    const answer = answers[name];
    if (answer !== undefined) answer(response, request);
    else response.writeHead(folder.has(name) ? 200 : 404).end(folder.get(name));
  });
  let url = '';

  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    url = `http://localhost:${(server.address() as AddressInfo).port}/model/`;
  });

  beforeEach(async () => {
    folder = await makeFixtureModel('decaying');
    answers = {};
    asked = [];
    mostOpen = 0;
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const [what, name, answer] of [
    ['never answers', 'manifest.json', () => {}],
    ['falls silent after the headers', 'weights.bin', (response) => response.writeHead(200).flushHeaders()],
    ['falls silent in the middle', 'model.json', (response) => response.writeHead(200).write('{"format"')],
  ] as [string, string, (response: ServerResponse) => void][]) {
    it(`give a 'model-load' error where it ${what}, and end what is under way`, async () => {
      answers[name] = answer;
      await refused(
        loadModelFiles(url, { patienceMs }),
        'model-load',
        new RegExp(`${url}${name}: expected a file of the model, got nothing more for 0.5 s.`),
      );
      await untilClosed();
    });
  }

  it('are waited for however long that takes in all, as long as bytes come', async () => {
    const weights = folder.get('weights.bin') as Uint8Array;
    let begun = 0;
    answers['weights.bin'] = (response) => {
      begun = performance.now();
      response.writeHead(200);
      const pieces = [...weights].map((byte) => Uint8Array.of(byte));
      const timer = setInterval(() => {
        const piece = pieces.shift();
        if (piece === undefined) clearInterval(timer);
        if (piece === undefined) response.end();
        else response.write(piece);
      }, 60);
    };
    const { bytes } = await loadModelFiles(url, { patienceMs });
    assert.deepEqual(bytes.get('weights.bin'), weights);
    assert.ok(performance.now() - begun > patienceMs);
  });

  it('are given up with the reason of the signal, whatever is under way', async () => {
    for (const [name, answer] of [
      ['manifest.json', () => {}],
      ['weights.bin', (response: ServerResponse) => response.writeHead(200).flushHeaders()],
    ] as const) {
      answers = { [name]: answer };
      asked = [];
      const abort = new AbortController();
      const loading = Denoiser.load({ modelUrl: url, signal: abort.signal });
      while (!asked.includes(name)) await once(server, 'request');
      const reason = new Error('not needed any more');
      abort.abort(reason);
      assert.equal(await loading.catch((error: unknown) => error), reason);
      await untilClosed();
    }
    const reason = await Denoiser.load({ modelUrl: url, signal: AbortSignal.abort() }).catch((error: unknown) => error);
    assert.equal((reason as Error).name, 'AbortError');
  });

  it('end one another where one fails', async () => {
    answers['model.json'] = () => {};
    answers['weights.bin'] = (response) => response.writeHead(500).end();
    await refused(loadModelFiles(url), 'model-load', /weights\.bin: .*HTTP status 500/);
    await untilClosed();
  });

  it('are read no further than the manifest states, however much comes, packed or not', async () => {
    for (const [name, most] of [
      ['weights.bin', (folder.get('weights.bin') as Uint8Array).length],
      ['manifest.json', 2 ** 20],
    ] as const) {
      let sent = 0;
      answers = {
        [name]: (response) => {
          response.writeHead(200);
          const piece = new Uint8Array(2 ** 16);
          const send = (): void => {
            while (!response.destroyed && response.write(piece)) sent += piece.length;
          };
          response.on('drain', send);
          send();
        },
      };
      const message = new RegExp(`${name}: expected ${most} bytes at most, got more`);
      await refused(loadModelFiles(url), 'model-corrupt', message);
      await untilClosed();
      assert.ok(sent < 2 ** 26, `${sent} bytes were taken`);
      answers = {
        [name]: (response) =>
          response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(new Uint8Array(2 ** 26))),
      };
      await refused(loadModelFiles(url), 'model-corrupt', message);
    }
  });

  it('are asked for a few at a time', async () => {
    const more = (folder.get('weights.bin') as Uint8Array<ArrayBuffer>).slice();
    change((manifest) => {
      for (let i = 0; i < 200; i++) {
        (manifest.files as Record<string, unknown>)[`${i}.bin`] = manifest.files['weights.bin'];
        folder.set(`${i}.bin`, more);
      }
    });
    const { bytes } = await loadModelFiles(url);
    assert.equal(bytes.size, 202);
    assert.equal(asked.length, 203);
    assert.ok(mostOpen <= 3, `${mostOpen} at once`);
  });

  it('cannot be files of this machine', async () => {
    const secret = await mkdtemp(join(tmpdir(), 'secret-'));
    try {
      await writeFile(join(secret, 'secret.txt'), 'secret');
      change((manifest) => {
        const name = pathToFileURL(join(secret, 'secret.txt')).href;
        (manifest.files as Record<string, unknown>)[name] = manifest.files['weights.bin'];
      });
      await refused(loadModelFiles(url), 'model-mismatch', /"files": expected names of files inside the folder/);
      assert.deepEqual(asked, ['manifest.json']);
    } finally {
      await rm(secret, { recursive: true });
    }
  });

  function change(how: (manifest: ManifestJson) => void): void {
    const manifest = JSON.parse(new TextDecoder().decode(folder.get('manifest.json')));
    how(manifest);
    folder.set('manifest.json', new TextEncoder().encode(JSON.stringify(manifest)));
  }

  /** Whoever gives a request up closes its connection, and the server hears of it. */
  async function untilClosed(): Promise<void> {
    while (open > 0) await new Promise(setImmediate);
  }
});

describe('the files of a model, from disk', () => {
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'model-'));
    for (const [name, content] of await makeFixtureModel('decaying')) await writeFile(join(folder, name), content);
  });

  after(() => rm(folder, { recursive: true }));

  it('are regular files: no device, no pipe, no folder', { skip: process.platform === 'win32' }, async () => {
    const pipe = join(folder, 'pipe.json');
    await promisify(execFile)('mkfifo', [pipe]);
    const device = join(folder, 'device.json');
    await symlink('/dev/zero', device);
    await mkdir(join(folder, 'folder.json'));
    for (const modelUrl of [pipe, device, join(folder, 'folder.json')]) {
      await refused(
        Denoiser.load({ modelUrl }),
        'model-load',
        /expected a file of the model, got: something that is no regular file/,
      );
    }
    await rm(join(folder, 'weights.bin'));
    await symlink('/dev/zero', join(folder, 'weights.bin'));
    await refused(
      Denoiser.load({ modelUrl: folder }),
      'model-load',
      /weights\.bin: expected a file of the model, got: something that is no regular file/,
    );
  });

  it('are read no further than the manifest states', async () => {
    await rm(join(folder, 'weights.bin'));
    await writeFile(join(folder, 'weights.bin'), new Uint8Array(10_000_000));
    await refused(Denoiser.load({ modelUrl: folder }), 'model-corrupt', /weights\.bin: expected \d+ bytes at most/);
  });
});

describe('what is no model', () => {
  for (const [modelUrl, code] of [
    ['http://[not-a-host]/', 'model-load'],
    ['data:application/json,{}', 'model-corrupt'],
    ['data:text/plain,x.json', 'model-corrupt'],
    ['ftp://host/model/', 'model-load'],
    ['http://localhost:1/', 'model-load'],
    ['/nowhere/with\0zero/', 'model-load'],
    [`https://fixture.invalid/${'x'.repeat(1e6)}/`, 'model-load'],
  ] as [string, DenoiseErrorCode][]) {
    it(`is told by a short DenoiseError: ${JSON.stringify(modelUrl.slice(0, 40))}`, async () => {
      await refused(Denoiser.load({ modelUrl }), code, /expected|Expected/);
    });
  }

  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  for (const [what, json] of [
    ['nesting without end', deep],
    ['nesting in a field', `{"contract":1,"framing":{"kind":${deep}}}`],
    ['nesting in a field that is a list', `{"contract":1,"framing":{"kind":"streaming"},"graph":${deep}}`],
    ['half a nesting', '['.repeat(1_000_000)],
    ['a long text', JSON.stringify('x'.repeat(1_000_000))],
    ['a number beyond all numbers', '1e999'],
    ['null', 'null'],
    ['nothing', ''],
    ['bytes that are no text', '\ufffd\u0000'],
  ]) {
    it(`is told by a short DenoiseError: a manifest of ${what}`, async () => {
      const fetch = servedFrom(new Map([['manifest.json', new TextEncoder().encode(json)]]));
      const error = await Denoiser.load({ modelUrl: FIXTURE_URL, fetch }).catch((reason: unknown) => reason);
      assert.ok(error instanceof DenoiseError, String(error).slice(0, 200));
      assert.ok(['model-mismatch', 'model-corrupt'].includes(error.code), error.code);
      assert.ok(error.message.length < 1000, `${error.message.length} characters`);
    });
  }
});

async function refused(loading: Promise<unknown>, code: DenoiseErrorCode, message: RegExp): Promise<void> {
  await assert.rejects(loading, (error) => {
    assert.ok(error instanceof DenoiseError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok(error.message.length < 1000);
    return true;
  });
}
