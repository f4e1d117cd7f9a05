/**
 * The file studio: what the visitor does goes to the {@link Queue} and the {@link Player}, what they do goes to the
 * page.
 *
 *     files ─► take-in ─► queue ─► open-recording ─► lane ─► worker ─► result, picture, report
 *                                                                        └─► player, view
 */
import { render } from 'lit';
import { LabelledSlider } from '../../src/panel/labelled-slider.ts';
import { obstacleString } from '../strings.ts';
import { distinct, resultName } from './file-names.ts';
import { Lane } from './lane.ts';
import { Microphone } from './microphone.ts';
import { openRecording } from './open-recording.ts';
import { Player, type Version } from './player.ts';
import type { FileSettings } from './protocol.ts';
import { type Item, Queue } from './queue.ts';
import { Stage } from './stage.ts';
import { failureString } from './strings.ts';
import { summaryText, totalsOf, totalsString } from './summary.ts';
import { type TakenIn, takeIn } from './take-in.ts';
import { intakeView, type Model, queueView } from './view.ts';

customElements.define('denoise-slider', LabelledSlider);

const at = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

/** Half the cores work, so that the page and the rest of the machine keep theirs. */
const LANES = Math.max(1, Math.min(4, Math.floor((navigator.hardwareConcurrency || 2) / 2)));
const SAMPLE = 'crowd.wav';

const session = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
const lanes = Array.from({ length: LANES }, (_, i) => new Lane(session, `lane${i}`));
const queue = new Queue({
  open: openRecording,
  lanes,
  modelUrl: (name) => new URL(`../../../models/${pathOf(name)}`, import.meta.url).href,
});
const player = new Player();
const microphone = new Microphone();
let models: readonly Model[] = [{ name: 'base', path: 'base/manifest.json', title: 'base' }];
let settings: FileSettings = {
  model: 'base',
  mix: 1,
  limitDb: 100,
  highPassHz: 0,
  autoGain: false,
  targetLevelDb: -20,
};
let selected: Item | undefined;
let packing: AbortController | undefined;
let announced = '';
let isScheduled = false;

const stage = new Stage(at('stage'), player, {
  download: (item) => save(item.enhanced!.result.content, resultName(item.file.name)),
  trySample: () => void takeSample(),
  fail: showProblem,
});

function add(files: readonly File[]): void {
  if (files.length === 0) return;
  showProblem('');
  const added = queue.add(files, settings);
  if (!selected || !player.isPlaying) select(added[0]);
}

function addTaken({ files, problem }: TakenIn): void {
  add(files);
  if (problem) showProblem(problem);
}

function select(item: Item | undefined): void {
  selected = item;
  showTake();
  schedule();
}

/** Gives the player what the selected file has to be heard. */
function showTake(): void {
  stage.item = selected;
  const { recording, enhanced } = selected ?? {};
  const isSame = player.take && enhanced && player.take.after === enhanced.result.content;
  if (isSame) return;
  const take =
    recording && enhanced
      ? { before: recording.wav, after: enhanced.result.content, report: enhanced.report }
      : undefined;
  player.open(take).catch((error: unknown) => showProblem(failureString(error)));
}

/** Draws at the next frame, once for all that has changed. */
function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    draw();
  });
}

function draw(): void {
  render(intakeView({ models, settings, microphone }, intakeActions), at('intake'));
  render(
    queueView({ queue, models, selected, isPacking: packing !== undefined, announced }, queueActions),
    at('queue'),
  );
  stage.draw();
  const { files, done } = totalsOf(queue.items);
  document.title = `${queue.busy.length > 0 ? `(${done} of ${files}) ` : ''}File studio · denoise-node`;
}

const intakeActions = {
  choose: (files: FileList | null) => add([...(files ?? [])]),
  set: (change: Partial<FileSettings>) => {
    settings = { ...settings, ...change };
    schedule();
  },
  setAll: () => {
    for (const item of queue.items) {
      item.settings = settings;
      if (item.isOutdated || item.status === 'cancelled') queue.again(item);
    }
    schedule();
  },
  record: () => void record(),
};

const queueActions = {
  select,
  cancel: (item: Item) => queue.cancel(item),
  cancelAll: () => queue.cancelAll(),
  again: (item: Item) => {
    queue.again(item);
    if (item === selected) showTake();
  },
  retryFailed: () => {
    for (const item of queue.items) if (item.status === 'failed' || item.status === 'cancelled') queue.again(item);
  },
  remove: (item: Item) => {
    const i = queue.items.indexOf(item);
    queue.remove(item);
    if (item === selected) select(queue.items[Math.min(i, queue.items.length - 1)]);
    draw();
    // The button that had the focus is gone: it goes on to what took its place.
    const next = at('queue').querySelectorAll<HTMLElement>('.pick')[Math.min(i, queue.items.length - 1)];
    (next ?? at('files')).focus();
  },
  set: (item: Item, change: Partial<FileSettings>) => {
    item.settings = { ...item.settings, ...change };
    schedule();
  },
  download: (item: Item) => save(item.enhanced!.result.content, resultName(item.file.name)),
  downloadAll: () => void downloadAll(),
  cancelPacking: () => packing?.abort(new DOMException('Cancelled.', 'AbortError')),
};

async function record(): Promise<void> {
  try {
    if (microphone.isRecording) return await takeRecording();
    showProblem('');
    await microphone.start(schedule, async () => {
      await takeRecording();
      showProblem(
        'The microphone is gone: unplugged, or taken away by the system. What was recorded until then is in the list.',
      );
    });
  } catch (error) {
    showProblem(failureString(error));
  }
  schedule();
}

async function takeRecording(): Promise<void> {
  const recorded = microphone.stop();
  schedule();
  add([await recorded]);
}

async function takeSample(): Promise<void> {
  try {
    const response = await fetch(`../samples/${SAMPLE}`);
    if (!response.ok) throw new Error(`The sample could not be fetched: the server answered ${response.status}.`);
    add([new File([await response.blob()], SAMPLE, { type: 'audio/wav' })]);
  } catch (error) {
    showProblem(failureString(error));
  }
}

async function downloadAll(): Promise<void> {
  if (packing) return;
  packing = new AbortController();
  schedule();
  const items = queue.items.filter(({ enhanced }) => enhanced);
  const names = distinct(items.map(({ file }) => resultName(file.name)));
  const results = items.map(({ enhanced }, i) => ({ name: names[i], content: enhanced!.result.content }));
  try {
    const archive = await lanes[0].pack(
      [...results, { name: 'summary.txt', content: summaryText(queue.items) }],
      packing.signal,
    );
    save(archive.content, 'denoised.zip');
  } catch (error) {
    if (!packing.signal.aborted) showProblem(failureString(error));
  }
  packing = undefined;
  schedule();
}

/** Browsers read the file from where it lies; nothing is copied into memory. */
function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // The browser has opened it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function showProblem(message: string): void {
  at('problem').textContent = message;
  at('problem').hidden = message === '';
}

async function loadModels(): Promise<void> {
  const response = await fetch(new URL('./models.json', import.meta.url));
  if (response.ok) models = await response.json();
  schedule();
}

/** Where the manifest of a model that can be chosen lies below `models/`. */
function pathOf(name: string): string | undefined {
  return models.find((model) => model.name === name)?.path;
}

/** Held while the page lives, so that the next one knows which results nobody needs. Resolves when it is held. */
function holdSession(): Promise<void> {
  return new Promise((resolve) => {
    if (!navigator.locks) return resolve();
    void navigator.locks.request(session, () => {
      resolve();
      return new Promise(() => {});
    });
  });
}

queue.addEventListener('progress', schedule);
queue.addEventListener('change', ({ detail: item }: CustomEventInit<Item>) => {
  if (item === selected) showTake();
  const isFinal = item && (item.status === 'done' || item.status === 'failed' || item.status === 'cancelled');
  if (isFinal) announced = totalsString(totalsOf(queue.items));
  schedule();
});
player.addEventListener('change', schedule);
player.addEventListener('fail', ({ detail }: CustomEventInit<Error>) => showProblem(failureString(detail)));

document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('dragging');
});
document.addEventListener('dragleave', ({ relatedTarget }) => {
  if (relatedTarget === null) document.body.classList.remove('dragging');
});
document.addEventListener('drop', async (event) => {
  event.preventDefault();
  document.body.classList.remove('dragging');
  addTaken(await takeIn(event.dataTransfer));
});
document.addEventListener('paste', async ({ clipboardData }) => addTaken(await takeIn(clipboardData)));
window.addEventListener('beforeunload', (event) => {
  if (queue.busy.length > 0 || microphone.isRecording) event.preventDefault();
});
at('stage').addEventListener('keydown', ({ key, ctrlKey, metaKey, altKey }) => {
  const version = ({ '1': 'before', '2': 'after', '3': 'removed' } as const)[key] as Version | undefined;
  if (version && !ctrlKey && !metaKey && !altKey && player.take) player.listens = version;
});

const canWork = typeof AudioWorkletNode === 'function' && typeof WebAssembly === 'object' && isSecureContext;
showProblem(obstacleString(canWork) ?? '');
await holdSession();
draw();
document.body.classList.add('alive');
void loadModels();
