/**
 * In:     the arguments after `denoise-node queue`
 * Out:    what they ask for, checked, to index.ts
 * Thread: main
 */
import { quoted } from '../../shared/quoted.ts';
import {
  jobsOf,
  numberIn,
  ORDER_OPTIONS,
  type Order,
  orderOf,
  parsed,
  UsageError,
  wholeNumberIn,
} from '../arguments.ts';

/** Which queue, and how it is spoken of. */
interface Common {
  /** Where Redis is: redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], rediss:// with TLS. */
  readonly redis: string;
  readonly queue: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Puts recordings into the queue. */
export interface AddCommand extends Common {
  readonly action: 'add';
  readonly order: Order;
  /** How often a recording is tried where a disk, a store or a network fails. */
  readonly attempts: number;
  /** Wait before the second attempt; each further one waits twice as long. */
  readonly backoffSeconds: number;
}

/** Works on recordings. */
export interface WorkCommand extends Common {
  readonly action: 'work';
  readonly jobs: number;
  /** After so long without a sign, a worker's recordings are given to others. */
  readonly stalledSeconds: number;
  /** Most recordings that all workers together begin in a minute; 0 for as many as they can. */
  readonly perMinute: number;
  readonly untilEmpty: boolean;
}

/** Tells how far it is. */
export interface StatusCommand extends Common {
  readonly action: 'status';
  readonly watch: boolean;
}

/** Gives failed recordings another chance. */
export interface RetryCommand extends Common {
  readonly action: 'retry';
}

/** Forgets recordings. */
export interface CleanCommand extends Common {
  readonly action: 'clean';
  readonly kinds: readonly ('done' | 'failed' | 'waiting')[];
}

/** What a person asks of a queue. */
export type QueueCommand = AddCommand | WorkCommand | StatusCommand | RetryCommand | CleanCommand;

const COMMON = {
  redis: { type: 'string' },
  queue: { type: 'string', default: 'denoise-node' },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', short: 'q', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const MOST_ATTEMPTS = 100;
const DAY_SECONDS = 24 * 3600;

/** Reads the arguments. Throws {@link UsageError} for anything that it does not understand. */
export function readQueueCommand([action, ...args]: readonly string[]): QueueCommand | 'help' {
  if (action === undefined || action === '--help' || action === '-h') return 'help';
  const read = READERS[action];
  if (read === undefined)
    throw new UsageError(`Expected queue add, work, status, retry or clean, got ${quoted(action)}.`);
  return args.includes('--help') || args.includes('-h') ? 'help' : read(args);
}

const READERS: Readonly<Record<string, (args: readonly string[]) => QueueCommand>> = {
  add: (args) => {
    const options = {
      ...COMMON,
      ...ORDER_OPTIONS,
      attempts: { type: 'string', default: '5' },
      backoff: { type: 'string', default: '5' },
    } as const;
    const { values, positionals } = parsed(args, options);
    return {
      action: 'add',
      ...commonOf(values),
      order: orderOf(values, positionals),
      attempts: wholeNumberIn('--attempts', values.attempts, 1, MOST_ATTEMPTS),
      backoffSeconds: numberIn('--backoff', values.backoff, 0, DAY_SECONDS),
    };
  },
  work: (args) => {
    const options = {
      ...COMMON,
      jobs: { type: 'string', default: '1' },
      stalled: { type: 'string', default: '30' },
      'per-minute': { type: 'string', default: '0' },
      'until-empty': { type: 'boolean', default: false },
    } as const;
    const { values, positionals } = parsed(args, options);
    requireNone(positionals);
    return {
      action: 'work',
      ...commonOf(values),
      jobs: jobsOf(values.jobs),
      stalledSeconds: numberIn('--stalled', values.stalled, 1, DAY_SECONDS),
      perMinute: wholeNumberIn('--per-minute', values['per-minute'], 0, 1e6),
      untilEmpty: values['until-empty'],
    };
  },
  status: (args) => {
    const { values, positionals } = parsed(args, { ...COMMON, watch: { type: 'boolean', default: false } } as const);
    requireNone(positionals);
    return { action: 'status', ...commonOf(values), watch: values.watch };
  },
  retry: (args) => {
    const { values, positionals } = parsed(args, COMMON);
    requireNone(positionals);
    return { action: 'retry', ...commonOf(values) };
  },
  clean: (args) => {
    const options = {
      ...COMMON,
      done: { type: 'boolean', default: false },
      failed: { type: 'boolean', default: false },
      waiting: { type: 'boolean', default: false },
    } as const;
    const { values, positionals } = parsed(args, options);
    requireNone(positionals);
    const kinds = (['done', 'failed', 'waiting'] as const).filter((kind) => values[kind]);
    if (kinds.length === 0) throw new UsageError('Expected --done, --failed or --waiting with queue clean, got none.');
    return { action: 'clean', ...commonOf(values), kinds };
  },
};

function commonOf(values: { redis?: string; queue: string; json: boolean; quiet: boolean }): Common {
  const { queue, json, quiet } = values;
  const redis = values.redis ?? process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
  if (!/^rediss?:\/\/./.test(redis) || !URL.canParse(redis))
    throw new UsageError(
      `Expected --redis or REDIS_URL like redis://HOST:6379, got ${quoted(withoutPassword(redis))}.`,
    );
  if (!/^[\w.-]+$/.test(queue))
    throw new UsageError(`Expected letters, digits, dots and dashes in --queue, got ${quoted(queue)}.`);
  return { redis, queue, json, quiet };
}

/** An address to show to people. */
export function withoutPassword(redis: string): string {
  return redis.replace(/\/\/[^@/]*@/, '//…@');
}

function requireNone(positionals: readonly string[]): void {
  if (positionals.length > 0) throw new UsageError(`Expected options alone, got ${quoted(positionals[0])}.`);
}
