/** A Redis that a test starts, stops and starts again, with an append-only file in a folder of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../support/free-port.mjs';

/** Whether `redis-server` is installed. */
export function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

export class RedisServer {
  readonly url: string;
  readonly #port: number;
  readonly #folder: string;
  readonly #password: string | undefined;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, password: string | undefined) {
    this.#port = port;
    this.#folder = folder;
    this.#password = password;
    this.url = `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`;
  }

  /** One on a free port that is not started yet. */
  static async create(password?: string): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'denoise-redis-'));
    return new RedisServer(await freePort(), folder, password);
  }

  static async start(password?: string): Promise<RedisServer> {
    const server = await RedisServer.create(password);
    await server.start();
    return server;
  }

  /** Resolves once it answers. */
  async start(): Promise<void> {
    const password = this.#password === undefined ? [] : ['--requirepass', this.#password];
    const place = ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.#folder];
    const child = spawn('redis-server', [...place, '--appendonly', 'yes', '--save', '', ...password], {
      stdio: 'ignore',
    });
    this.#process = child;
    const client = new Redis(this.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    // It is not there at once.
    client.on('error', () => {});
    try {
      const ended = once(child, 'close').then(([status]) => {
        throw new Error(`redis-server ended with ${status}`);
      });
      await Promise.race([client.ping(), ended]);
      ended.catch(() => {});
    } finally {
      client.disconnect();
    }
  }

  /** Ends it in order; what it knows stays in its folder. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'close');
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
