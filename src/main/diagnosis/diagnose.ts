/**
 * In:     the page as it is: its browser, its policies, its files, and the device with whatever else it does now
 * Out:    what a node would find, measured by doing what it would do
 * Thread: [main], and a worker of its own, which ends with it
 */
import { DenoiseError } from '../../shared/errors.ts';
import type { Refusal } from '../../shared/protocol.ts';
import type { Hertz, Milliseconds } from '../../shared/units.ts';
import { inTime } from '../../shared/waiting/in-time.ts';
import { type AssetUrls, resolveAssets } from '../assets.ts';
import { nativeFamily } from '../audio-family.ts';
import { TIERS } from '../bundled-files.ts';
import type { DenoiseMode } from '../events.ts';
import { addModuleOnce } from '../modules.ts';
import { PolicyWatch, refusalsTold } from '../policy-watch.ts';
import { canShareMemory, hasRelaxedSimd, hasSimd, missingFeature } from '../support.ts';
import type { WorkerClient } from '../worker-client.ts';
import { type Lease, ownWorker } from '../worker-pool.ts';
import { diagnosisOf } from './advice.ts';
import type { Diagnosis, DiagnosisOptions, Findings, MeasuredModel } from './diagnosis.ts';

/** Longest that files may take: what has not come by then is told. */
const PATIENCE_MS: Milliseconds = 15_000;

/** Takes the worklet's module; the same each time, because a browser keeps something of each. */
let proving: OfflineAudioContext | undefined;

/** What was found out, as far as it went. */
interface Tried {
  worklet: boolean;
  readonly models: MeasuredModel[];
  readonly errors: DenoiseError[];
  readonly refusals: Refusal[];
}

/** See {@link DenoiseNodeConstructor.diagnose}. */
export async function diagnose(options?: DiagnosisOptions): Promise<Diagnosis> {
  const tried: Tried = { worklet: false, models: [], errors: [], refusals: [] };
  const missing = missingFeature();
  if (missing === undefined) await tryAll(options?.assets ?? {}, tried);
  const mode: DenoiseMode = missing !== undefined ? 'passthrough' : canShareMemory() ? 'shared' : 'message';
  const findings: Findings = {
    mode,
    secureContext: globalThis.isSecureContext === true,
    isolation: {
      crossOriginIsolated: globalThis.crossOriginIsolated === true,
      sharedArrayBuffer: typeof globalThis.SharedArrayBuffer === 'function',
    },
    webAssembly: {
      available: typeof globalThis.WebAssembly === 'object',
      simd: hasSimd(),
      relaxedSimd: hasRelaxedSimd(),
    },
    worklet: { available: typeof globalThis.AudioWorkletNode === 'function', loads: tried.worklet },
    refusals: tried.refusals,
    models: tried.models,
    sampleRateHz: rateOf(options?.context),
    errors: tried.errors,
  };
  return diagnosisOf(findings);
}

/** Loads what a node would load, and measures. Never rejects. */
async function tryAll(assets: NonNullable<DiagnosisOptions['assets']>, tried: Tried): Promise<void> {
  let watch: PolicyWatch | undefined;
  try {
    const urls = TIERS.map((name) => ({ name, urls: resolveAssets(assets, name) }));
    const [{ urls: first }] = urls;
    watch = new PolicyWatch([first.worklet, String(first.worker)]);
    await Promise.all([tryWorklet(first.worklet, tried), tryWorker(first, urls, tried)]);
  } catch (error) {
    tried.errors.push(asError(error));
  }
  await refusalsTold();
  watch?.end();
  tried.refusals.push(...(watch?.refusals ?? []));
}

async function tryWorklet(url: string, tried: Tried): Promise<void> {
  try {
    proving ??= new OfflineAudioContext(1, 1, 48000);
    await inTime(addModuleOnce(nativeFamily, proving, url), PATIENCE_MS);
    tried.worklet = true;
  } catch (error) {
    tried.errors.push(asError(error));
  }
}

async function tryWorker(
  { worker, wasm }: AssetUrls,
  models: readonly { readonly name: string; readonly urls: AssetUrls }[],
  tried: Tried,
): Promise<void> {
  let lease: Lease | undefined;
  const measureAll = async ({ client }: Lease): Promise<void> => {
    for (const { name, urls } of models) tried.models.push(await measure(client, name, urls.model, wasm));
  };
  try {
    lease = ownWorker(worker);
    await inTime(measureAll(lease), PATIENCE_MS);
  } catch (error) {
    tried.errors.push(asError(error));
    await refusalsTold();
  }
  tried.refusals.push(...(lease?.client.refusals ?? []));
  lease?.release();
}

async function measure(client: WorkerClient, name: string, modelUrl: string, wasmUrl: string): Promise<MeasuredModel> {
  const { modelRateHz, advanceSamples } = await client.loadModel(modelUrl, wasmUrl);
  const { stepMs: computingMs } = await client.measure(modelUrl);
  const hopMs = (1000 * advanceSamples) / modelRateHz;
  return { name, sampleRateHz: modelRateHz, hopMs, computingMs, load: computingMs / hopMs };
}

/** A context before the person has done anything is a line in the console. */
function rateOf(context: BaseAudioContext | undefined): Hertz | undefined {
  if (context) return context.sampleRate;
  if (globalThis.navigator?.userActivation?.hasBeenActive !== true || missingFeature() !== undefined) return undefined;
  try {
    const own = new AudioContext();
    void own.close(); // It may take its time where there is no sound device.
    return own.sampleRate;
  } catch {
    return undefined; // There are too many.
  }
}

function asError(error: unknown): DenoiseError {
  if (error instanceof DenoiseError) return error;
  const message = `The files of denoise-node were tried in vain: ${error instanceof Error ? error.message : error}.`;
  return new DenoiseError('module-load', message, { cause: error });
}
