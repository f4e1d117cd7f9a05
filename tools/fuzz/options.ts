/** Options of a node, arguments of the command line, settings of whole recordings. */
import { readCommandLine } from '../../src/cli/arguments.ts';
import type { Denoiser } from '../../src/engine/index.ts';
import { Enhancer } from '../../src/files/enhance.ts';
import { type DenoiseOptions, RANGES, requireModel, resolveOptions } from '../../src/main/options.ts';
import { clampTo, PARAMETER_RANGES } from '../../src/shared/parameters.ts';
import { expect, expectDeclared } from './finding.ts';
import type { Random } from './random.ts';
import type { FuzzTarget } from './target.ts';
import { oddValue } from './values.ts';

const NAMES = ['model', 'mix', 'attenuationLimit', 'outputGain', 'bypass', 'latencyHint', 'transport', 'maxChannels'];
const ARGUMENTS = ['-o', '--output', '--mix', '--limit', '--jobs', '--format', '-q', '--json', '--', '--mix=', 'a.wav'];

export const options: FuzzTarget = {
  name: 'options',
  run: async (random) => {
    random.pick([nodeOptions, models, commandLines, settings, parameters])(random);
  },
};

function nodeOptions(random: Random): void {
  const given: Record<string, unknown> = {};
  for (let i = random.length(4); i > 0; i--) given[random.pick([...NAMES, 'assets', 'other'])] = anything(random);
  declared(['TypeError', 'RangeError'], () => {
    const { mix, attenuationLimit, outputGain, bypass, prefillSeconds, maxChannels } = resolveOptions(
      (random.chance(0.05) ? anything(random) : given) as DenoiseOptions,
    );
    const numbers = { mix, attenuationLimit, outputGain, maxChannels, latencyHint: prefillSeconds };
    for (const [name, [least, most]] of Object.entries(RANGES)) {
      const value = numbers[name as keyof typeof numbers];
      expect(value >= least && value <= most, `option "${name}" of ${value}`);
    }
    expect(typeof bypass === 'boolean', `bypass of ${String(bypass)}`);
  });
}

function models(random: Random): void {
  const model = anything(random);
  declared(['TypeError'], () => {
    const taken = requireModel(model, 'setModel');
    expect(typeof taken === 'string' || taken instanceof URL, `a model of ${String(taken)}`);
  });
}

function commandLines(random: Random): void {
  const args = Array.from({ length: random.length(8) }, () =>
    random.chance(0.7) ? random.pick(ARGUMENTS) : textOf(oddValue(random)),
  );
  declared(['UsageError'], () => {
    const line = readCommandLine(args);
    if (typeof line === 'string') return;
    expect(line.mix >= 0 && line.mix <= 1, `--mix ${line.mix}`);
    expect(line.attenuationLimitDb >= 0 && line.attenuationLimitDb <= 100, `--limit ${line.attenuationLimitDb}`);
    expect(Number.isInteger(line.jobs) && line.jobs >= 1 && line.jobs <= 64, `--jobs ${line.jobs}`);
  });
}

function settings(random: Random): void {
  const given = { mix: anything(random) as number };
  declared(['RangeError', 'TypeError'], () => {
    new Enhancer({} as Denoiser, 0, 48000, given);
    const { mix } = given;
    expect(mix === undefined || (Number(mix) >= 0 && Number(mix) <= 1), `a mix of ${String(mix)}`);
  });
}

function parameters(random: Random): void {
  const value = anything(random);
  if (typeof value !== 'number') return;
  for (const range of Object.values(PARAMETER_RANGES)) {
    const clamped = clampTo(range, value);
    expect(clamped >= range[0] && clamped <= range[1], `${value} became ${clamped}`);
  }
}

function declared(kinds: readonly string[], action: () => void): void {
  try {
    action();
  } catch (error) {
    expectDeclared(error, kinds);
  }
}

/** What JSON cannot say either. */
function anything(random: Random): unknown {
  if (random.chance(0.6)) return oddValue(random);
  return random.pick<() => unknown>([
    () => undefined,
    () => Number.NaN,
    () => Number.POSITIVE_INFINITY,
    () => 1n,
    () => Symbol('odd'),
    () => () => 1,
    () => new Date(Number.NaN),
    () => new Proxy({}, {}),
    () => Object.create(null),
    () => random.next(),
    () => random.pick(['base', 'auto', 'shared', 'message', 'interactive', 'playback', './model/', 'a/b/c']),
    () => new URL('https://models.example/'),
  ])();
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
