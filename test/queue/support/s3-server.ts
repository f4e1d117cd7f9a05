/** A store that speaks S3: Moto's server, in Python, behind a door that tests can close for some objects. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { freePort } from '../../support/free-port.mjs';

/** Apache-2.0. Its own server needs Flask beside it. */
const PACKAGES = ['moto[s3]==5.2.5', 'flask==3.1.3', 'flask-cors==6.0.5'];
const FOLDER = join(homedir(), '.cache', 'denoise-node', 'moto-5.2.5');
const run = promisify(execFile);

/** Why there can be no store here; undefined where there can. Installs it once, if need be. */
export async function missingStore(): Promise<string | undefined> {
  const isThere = () =>
    access(join(FOLDER, 'bin/moto_server')).then(
      () => true,
      () => false,
    );
  if (await isThere()) return undefined;
  await mkdir(dirname(FOLDER), { recursive: true });
  const folder = await mkdtemp(`${FOLDER}-`);
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...PACKAGES]);
    await rename(folder, FOLDER);
  } catch (error) {
    // Whoever was faster has installed the same.
    await rm(folder, { recursive: true, force: true });
    if (!(await isThere())) return `Moto, a server that speaks S3, cannot be installed: ${(error as Error).message}`;
  }
  return undefined;
}

/** Whether the store does not do something with an object. */
export type Refuses = (method: string, key: string, query: string) => boolean;

export class S3Server {
  readonly client: S3Client;
  /** Variables that lead the command here. */
  readonly env: Readonly<Record<string, string>>;
  /** Digests of all that was written as each object, in one piece. */
  readonly written = new Map<string, Set<string>>();
  /** Answers 500 to what this says; to nothing at first. */
  refuses: Refuses = () => false;
  /** Never answers what this says. */
  ignores: Refuses = () => false;
  readonly #store: ChildProcess;
  readonly #door: Server;
  readonly #port: number;

  private constructor(store: ChildProcess, port: number, door: Server) {
    this.#store = store;
    this.#port = port;
    this.#door = door;
    door.on('request', (asked, answer) => void this.#pass(asked, answer));
    const endpoint = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
    this.env = {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const own = `http://127.0.0.1:${port}`;
    this.client = new S3Client({ endpoint: own, region: 'us-east-1', forcePathStyle: true, credentials });
  }

  /** Starts one with an empty bucket of this name. */
  static async start(bucket: string): Promise<S3Server> {
    const port = await freePort();
    const python = join(FOLDER, 'bin/python');
    const store = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    const ended = once(store, 'close').then(([status]) => {
      throw new Error(`the store ended with ${status}`);
    });
    ended.catch(() => {});
    await Promise.race([answering(port), ended]);
    const door = createServer().listen(0, '127.0.0.1');
    await once(door, 'listening');
    const server = new S3Server(store, port, door);
    await server.client.send(new CreateBucketCommand({ Bucket: bucket }));
    return server;
  }

  async put(bucket: string, key: string, bytes: Uint8Array): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
  }

  async get(bucket: string, key: string): Promise<Uint8Array> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  }

  async drop(bucket: string, key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }

  /** All keys that begin so. */
  async keys(bucket: string, prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
      const where = { Bucket: bucket, Prefix: prefix, ...(token === undefined ? {} : { ContinuationToken: token }) };
      const page = await this.client.send(new ListObjectsV2Command(where));
      keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      token = page.NextContinuationToken;
    }
    return keys;
  }

  /** Keys of uploads that were begun and are neither completed nor taken back. */
  async uploads(bucket: string): Promise<string[]> {
    const { Uploads = [] } = await this.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return Uploads.map(({ Key = '' }) => Key);
  }

  /** Whether credentials are looked at from now on; the store knows none that are right. */
  async checkCredentials(checks: boolean): Promise<void> {
    const url = `http://127.0.0.1:${this.#port}/moto-api/reset-auth`;
    await fetch(url, { method: 'POST', body: checks ? '0' : 'Infinity' });
  }

  async remove(): Promise<void> {
    this.client.destroy();
    this.#door.closeAllConnections();
    this.#door.close();
    if (this.#store.exitCode !== null) return;
    this.#store.kill('SIGKILL');
    await once(this.#store, 'close');
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = asked;
    try {
      const body = await buffer(asked);
      const [path, query = ''] = url.split('?');
      const key = decodeURIComponent(path.slice(1)).replace(/^[^/]*\//, '');
      if (this.ignores(method, key, query)) return;
      if (this.refuses(method, key, query)) {
        answer.writeHead(500, { 'Content-Type': 'application/xml' });
        answer.end('<Error><Code>InternalError</Code><Message>the test wants it so</Message></Error>');
        return;
      }
      if (method === 'PUT' && !/uploadId=/.test(query)) {
        const digests = this.written.get(key) ?? new Set();
        this.written.set(key, digests.add(createHash('sha256').update(body).digest('hex')));
      }
      const inner = request({ host: '127.0.0.1', port: this.#port, method, path: url, headers });
      inner.on('response', (response) => {
        answer.writeHead(response.statusCode ?? 500, response.headers);
        response.pipe(answer);
      });
      inner.on('error', () => answer.destroy());
      inner.end(body);
    } catch {
      // Whoever asked has gone: workers are killed here.
      answer.destroy();
    }
  }
}

/** Resolves once something answers there. */
async function answering(port: number): Promise<void> {
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/moto-api/`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
