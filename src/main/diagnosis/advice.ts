/**
 * In:     what was found out about a page and its device
 * Out:    what to change, and all of it in a few sentences
 * Thread: none of its own
 */
import type { Refusal } from '../../shared/protocol.ts';
import { hasRoom } from '../auto/require-room.ts';
import { missingFeature } from '../support.ts';
import type { Advice, AdviceCode, Diagnosis, Findings, MeasuredModel } from './diagnosis.ts';

/** From here on not even one channel is computed in time. */
const FULL_LOAD = 0.9;

const NEEDED: Partial<Record<string, string>> = {
  'worker-src': "add 'self' to it (for files of another origin blob:)",
  'connect-src': "add the origin of the model and of the .wasm file to it, 'self' where they lie beside the page",
  'trusted-types': 'add denoise-node to it, or give a TrustedScriptURL as assets.worker',
  'require-trusted-types-for': 'add trusted-types denoise-node, or give a TrustedScriptURL as assets.worker',
};

export function diagnosisOf(findings: Findings): Diagnosis {
  const advice = adviceOn(findings);
  const fast = findings.models.filter(({ load }) => load < FULL_LOAD);
  const canDenoise = findings.mode !== 'passthrough' && findings.worklet.loads && fast.length > 0;
  const sentences = [
    canDenoise
      ? `This page can denoise, ${findings.mode === 'shared' ? 'by shared memory' : 'over messages'}.`
      : 'This page cannot denoise: the sound would pass as it is.',
    ...findings.models.map(speed),
    ...advice.map(({ sentence }) => sentence),
  ];
  return { ...findings, canDenoise, advice, sentence: sentences.join(' ') };
}

/** The gravest first. */
function adviceOn(findings: Findings): Advice[] {
  const { mode, refusals, errors, models, sampleRateHz } = findings;
  const advice: Advice[] = [];
  const add = (code: AdviceCode, sentence: string): void => {
    advice.push({ code, sentence });
  };
  const missing = mode === 'passthrough' ? missingFeature() : undefined;
  if (missing !== undefined) add(missingCode(findings), `A DenoiseNode needs ${missing}.`);
  for (const sentence of policySentences(refusals)) add('policy', sentence);
  // What a policy refuses fails as well, and says less.
  if (refusals.length === 0)
    for (const { code, message } of errors) add(code === 'unsupported' ? 'browser' : 'files', message);
  if (models.length > 0) adviseOnSpeed(models, add);
  if (mode === 'message') {
    add(
      'isolation',
      'For shared memory, which has more in reserve on a busy machine, send Cross-Origin-Opener-Policy: same-origin ' +
        'and Cross-Origin-Embedder-Policy: require-corp with the page and the worker.',
    );
  }
  const other = models.find((model) => sampleRateHz !== undefined && model.sampleRateHz !== sampleRateHz);
  if (other !== undefined) {
    add(
      'sample-rate',
      `The context has ${sampleRateHz} Hz and the models ${other.sampleRateHz} Hz: ` +
        `new AudioContext({ sampleRate: ${other.sampleRateHz} }) does without two resamplers and their delay.`,
    );
  }
  return advice;
}

function missingCode({ secureContext }: Findings): AdviceCode {
  if (typeof globalThis.GainNode !== 'function') return 'outside-browser';
  return secureContext ? 'browser' : 'secure-context';
}

/** One for each change that a policy needs, whatever number of files it forbids. */
function policySentences(refusals: readonly Refusal[]): string[] {
  const forbidden = new Map<string, Set<string>>();
  for (const { directive, what } of refusals) {
    // Browsers call it that where a script may not compile any; a file of WebAssembly is told by its address.
    const isWasm = what.startsWith('wasm-eval');
    const needed = isWasm
      ? "add 'wasm-unsafe-eval' to it"
      : (NEEDED[directive] ?? "add 'self', or the file's origin, to it");
    const change = `by ${directive}: ${needed}.`;
    forbidden.set(change, (forbidden.get(change) ?? new Set()).add(isWasm ? 'WebAssembly' : what));
  }
  return [...forbidden].map(
    ([change, things]) => `The content security policy forbids ${[...things].join(' and ')} ${change}`,
  );
}

/** From the heaviest model to the lightest. */
function adviseOnSpeed(models: readonly MeasuredModel[], add: (code: AdviceCode, sentence: string) => void): void {
  const [heaviest] = models;
  const lightest = models[models.length - 1];
  if (lightest.load >= FULL_LOAD) {
    add(
      'slow',
      `This device, or what else it is doing, is too slow even for ${lightest.name}: close other work, or denoise ` +
        'recordings, which may take their time.',
    );
  } else if (!hasRoom(heaviest.load)) {
    add('slow', `${heaviest.name} leaves this device little in reserve: use model 'auto', or '${lightest.name}'.`);
  }
}

function speed({ name, hopMs, computingMs, load }: MeasuredModel): string {
  const percent = Math.max(1, Math.round(100 * load));
  return `${name} takes ${computingMs.toFixed(2)} ms for each ${hopMs} ms of one channel (${percent} %).`;
}
