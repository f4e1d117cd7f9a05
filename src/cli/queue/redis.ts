/**
 * In:     where Redis is (arguments.ts)
 * Out:    a connection for BullMQ, to the commands here; what is wrong with it, in sentences
 * Thread: main
 */
import type * as BullMQ from 'bullmq';
import type * as IORedis from 'ioredis';
import { optionalPackage } from '../optional-package.ts';
import { codeOf } from '../worker.ts';
import { withoutPassword } from './arguments.ts';

/** Redis cannot be had. The message says what is wrong and what to do. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
}

const RETRY_MS = 1000;
/** A command that runs once waits so often for a Redis that went away in the middle. */
const MOST_RETRIES = 15;
const REFUSED = /^(?:WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR invalid password)/;
const AWAY = /^(?:ECONN\w+|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|ETIMEDOUT)$/;

/** A connection that comes back by itself. */
export class Link {
  readonly bullmq: typeof BullMQ;
  /** For BullMQ, which makes further ones like it. */
  readonly client: IORedis.Redis;
  readonly #address: string;
  #error: Error | undefined;

  private constructor(address: string, bullmq: typeof BullMQ, client: IORedis.Redis) {
    this.#address = withoutPassword(address);
    this.bullmq = bullmq;
    this.client = client;
    client.on('error', (error: Error) => {
      this.#error = error;
    });
  }

  /** Rejects with a {@link RedisError} where Redis does not answer at once, or with MissingPackage. */
  static async open(address: string): Promise<Link> {
    let isOpen = false;
    const link = Link.#create(address, (times) => (isOpen && times <= MOST_RETRIES ? RETRY_MS : null));
    try {
      await link.client.connect();
    } catch (error) {
      throw link.#failure(error as Error);
    }
    isOpen = true;
    return link;
  }

  /**
   * Waits for a Redis that does not answer, however long. Rejects with a {@link RedisError} where it refuses, with
   * MissingPackage, or the signal's reason.
   * @param onWaiting is told once, in a sentence, what is waited for
   */
  static async waitFor(address: string, signal: AbortSignal, onWaiting: (reason: string) => void): Promise<Link> {
    const link = Link.#create(address, () => RETRY_MS);
    const { client } = link;
    const there = new Promise<void>((resolve, reject) => {
      let hasTold = false;
      client.once('ready', resolve);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      if (signal.aborted) reject(signal.reason);
      client.on('error', (error: Error) => {
        if (REFUSED.test(error.message)) reject(link.#failure(error));
        else if (!hasTold) onWaiting(`${link.#failure(error).message}. It is waited for.`);
        hasTold = true;
      });
    });
    try {
      void client.connect().catch(() => {});
      await there;
      return link;
    } catch (error) {
      client.disconnect();
      throw error;
    }
  }

  /** Tells when Redis goes, and when it is there again. */
  watch(onAway: (reason: string) => void, onBack: () => void): void {
    let isAway = false;
    this.client.on('close', () => {
      if (!isAway) onAway(this.reason);
      isAway = true;
    });
    this.client.on('ready', () => {
      if (isAway) onBack();
      isAway = false;
    });
  }

  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  /** What is wrong, in a sentence, where an error of BullMQ says no more than that the connection is closed. */
  get reason(): string {
    return this.#failure(this.#error ?? new Error('the connection was closed')).message;
  }

  close(): void {
    this.client.removeAllListeners('close');
    this.client.disconnect();
  }

  static #create(address: string, retryStrategy: (times: number) => number | null): Link {
    const needs = 'A queue works';
    const bullmq = optionalPackage('bullmq', needs, 'bullmq ioredis') as typeof BullMQ;
    const { Redis } = optionalPackage('ioredis', needs, 'bullmq ioredis') as typeof IORedis;
    const options = { lazyConnect: true, maxRetriesPerRequest: null, retryStrategy };
    return new Link(address, bullmq, new Redis(address, options));
  }

  #failure(error: Error): RedisError {
    const cause = this.#error ?? error;
    const where = `Redis at ${this.#address}`;
    const { message } = cause;
    if (REFUSED.test(message))
      return new RedisError(
        `${where} refuses the user or password (${message}): expected them in --redis or REDIS_URL, ` +
          'as redis://USER:PASSWORD@HOST:6379',
        { cause },
      );
    return new RedisError(
      `${where} does not answer (${codeOf(cause) ?? message}): start it, or name another with --redis or REDIS_URL`,
      { cause },
    );
  }
}

/** Whether an error says no more than that Redis is away, which {@link Link.watch} tells. */
export function isAway(error: Error): boolean {
  return (
    AWAY.test(codeOf(error) ?? '') || /^(?:Connection is closed|Stream isn't writeable|LOADING)/.test(error.message)
  );
}
