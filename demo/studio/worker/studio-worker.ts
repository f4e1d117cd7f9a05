/**
 * In:     recordings and settings, from lane.ts
 * Out:    results, pictures and progress, to lane.ts
 * Thread: [worker]
 */
import { downloadZip } from 'client-zip';
import { Denoiser } from '../../../src/engine/index.ts';
import type { EnhanceReport, PageToWorker, WorkerToPage } from '../protocol.ts';
import { enhanceBlob } from './enhance-blob.ts';
import { type Sink, Store } from './store.ts';

type Enhance = Extract<PageToWorker, { type: 'enhance' }>;
type Pack = Extract<PageToWorker, { type: 'pack' }>;

let store: Promise<Store> | undefined;
/** The model that was used last stays loaded. */
let loaded: { readonly url: string; readonly denoiser: Denoiser } | undefined;
const jobs = new Map<number, AbortController>();

self.onmessage = ({ data }: MessageEvent<PageToWorker>) => {
  switch (data.type) {
    case 'begin':
      store = Store.open(data.session);
      break;
    case 'enhance':
      void run(data.job, (sink, signal) => enhance(data, sink, signal));
      break;
    case 'pack':
      void run(data.job, (sink, signal) => pack(data, sink, signal));
      break;
    case 'cancel':
      jobs.get(data.job)?.abort(new DOMException('Cancelled.', 'AbortError'));
      break;
    case 'discard':
      void store?.then((files) => files.discard(data.stored));
      break;
    default:
      data satisfies never;
  }
};

/** Every job ends with exactly one answer, and a failed one leaves nothing behind. */
async function run(job: number, work: (sink: Sink, signal: AbortSignal) => Promise<WorkerToPage>): Promise<void> {
  const abort = new AbortController();
  jobs.set(job, abort);
  let sink: Sink | undefined;
  try {
    if (store === undefined) throw new Error('Expected a session before the first job, got none.');
    sink = await (await store).create();
    tell(await work(sink, abort.signal));
  } catch (error) {
    await sink?.abandon().catch(() => {});
    tell({
      type: 'failed',
      job,
      error: {
        name: error instanceof Error ? error.name : 'Error',
        message: error instanceof Error ? error.message : String(error),
      },
    });
  } finally {
    jobs.delete(job);
  }
}

async function enhance({ job, modelUrl, ...rest }: Enhance, sink: Sink, signal: AbortSignal): Promise<WorkerToPage> {
  const denoiser = await load(modelUrl);
  signal.throwIfAborted();
  const started = performance.now();
  const onProgress = (frames: number, columns: Extract<WorkerToPage, { type: 'progress' }>['columns']) =>
    tell({ type: 'progress', job, frames, columns });
  const found = await enhanceBlob(denoiser, { ...rest, signal, onProgress }, sink);
  const report: EnhanceReport = {
    ...found,
    modelName: denoiser.manifest.name,
    modelVersion: denoiser.manifest.version,
    elapsedSeconds: (performance.now() - started) / 1000,
  };
  return { type: 'done', job, result: await sink.finish('audio/wav'), report };
}

async function pack({ job, entries }: Pack, sink: Sink, signal: AbortSignal): Promise<WorkerToPage> {
  // Each entry is opened when its turn comes and read as a stream.
  const files = entries.map(({ name, content }) =>
    typeof content === 'string' ? { name, input: content } : { name, input: new File([content], name) },
  );
  const reader = downloadZip(files).body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    signal.throwIfAborted();
    await sink.write(value);
  }
  return { type: 'packed', job, result: await sink.finish('application/zip') };
}

async function load(url: string): Promise<Denoiser> {
  if (loaded?.url === url) return loaded.denoiser;
  loaded?.denoiser.dispose();
  loaded = undefined;
  const denoiser = await Denoiser.load({ modelUrl: url, wasmUrl: new URL('../../wasm/', import.meta.url) });
  loaded = { url, denoiser };
  return denoiser;
}

function tell(message: WorkerToPage): void {
  const transfer =
    message.type === 'progress' && message.columns
      ? [message.columns.extremes.buffer, message.columns.levels.buffer]
      : [];
  self.postMessage(message, transfer);
}
