/** The demo page: what the visitor does goes to the {@link Player}, what the player does goes to the page. */
import { DEFAULT_OPTIONS, DenoiseNode } from 'denoise-node';
import '../src/panel/define.ts';
import type { DenoisePanel } from '../src/panel/denoise-panel.ts';
import type { LabelledSlider } from '../src/panel/labelled-slider.ts';
import { codeFor, type Settings } from './code-box.ts';
import type { Side } from './comparison.ts';
import { isolate } from './isolation.ts';
import { Player } from './player.ts';
import { RecordingControls } from './recording-controls.ts';
import { microphone, microphones, type OpenSource, recording, SAMPLES, sample } from './sources.ts';
import { failureString, heldString, matchString, obstacleString, stateString } from './strings.ts';

const at = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const form = at<HTMLFormElement>('sources');
const mix = at<LabelledSlider>('mix');
const panel = at<DenoisePanel>('panel');
const monitor = at<HTMLInputElement>('monitor');
const browserProcessing = at<HTMLInputElement>('browser-processing');
const match = at<HTMLInputElement>('match');
const device = at<HTMLSelectElement>('device');
const recordingControls = new RecordingControls(at('record'), at('record-text'), at('recorded'), at('record-note'));

let player: Player | undefined;
let chosenFile: File | undefined;
/** Whether the visitor wants sound; the source may still be on its way. */
let isPlaying = false;
let shownCode = '';

mix.words = (value) => `${Math.round(100 * value)} %`;

const chosen = (): string => new FormData(form).get('source') as string;
const side = (): Side => document.querySelector<HTMLInputElement>('[name=side]:checked')!.value as Side;
const isHeard = (live = chosen() === 'microphone'): boolean => !live || monitor.checked;

function open(): OpenSource {
  const source = chosen();
  if (source === 'microphone')
    return microphone({ deviceId: device.value, browserProcessing: browserProcessing.checked });
  if (source === 'file' && chosenFile) return recording(chosenFile);
  return sample(`samples/${SAMPLES.find((name) => name === source) ?? SAMPLES[0]}.wav`);
}

async function start(): Promise<void> {
  showProblem('');
  isPlaying = true;
  showButton();
  try {
    player ??= begin();
    const playing = player.play(open(), isHeard);
    showState();
    if (!(await playing)) return;
    showState();
    recordingControls.allow(player);
    if (chosen() === 'microphone') await showDevices();
  } catch (error) {
    await stop();
    showProblem(failureString(error));
  }
}

async function stop(): Promise<void> {
  isPlaying = false;
  showButton();
  await recordingControls.finish();
  recordingControls.allow(undefined);
  await player?.stop();
  showState();
}

function begin(): Player {
  const begun = new Player(
    { mix: mix.value },
    {
      onContextState: showState,
      onLost: async (why) => {
        await stop();
        showProblem(why.message);
      },
    },
  );
  const { node } = begun;
  node.addEventListener('statechange', showState);
  node.addEventListener('modelchange', showSettings);
  begun.comparison.side = side();
  begun.comparison.isMatching = match.checked;
  begun.tools.catch(() => {
    match.disabled = true;
    at('match-text').textContent = 'Same loudness: not available, a file of this page did not arrive';
  });
  panel.node = node;
  return begun;
}

/** In a context of its own: browsers remember in a context that a module did not load. */
async function retry(): Promise<void> {
  const wasPlaying = isPlaying;
  await stop();
  await player?.close();
  player = begin();
  if (wasPlaying) await start();
}

/** What is set now: the node's parameters are the truth, for the panel sets them too. */
function settings(): Settings {
  const node = player?.node;
  const source = chosen() === 'microphone' ? 'microphone' : 'recording';
  return {
    model: String(node?.model ?? DEFAULT_OPTIONS.model),
    mix: node?.mix.value ?? mix.value,
    attenuationLimit: node?.attenuationLimit.value ?? DEFAULT_OPTIONS.attenuationLimit,
    highPass: node?.highPass.value ?? DEFAULT_OPTIONS.highPass,
    autoGain: node ? node.autoGain.value >= 0.5 : DEFAULT_OPTIONS.autoGain,
    targetLevel: node?.targetLevel.value ?? DEFAULT_OPTIONS.targetLevel,
    outputGain: node?.outputGain.value ?? DEFAULT_OPTIONS.outputGain,
    bypass: node ? node.bypass.value >= 0.5 : DEFAULT_OPTIONS.bypass,
    source,
    browserProcessing: browserProcessing.checked,
    heard: isHeard(),
  };
}

/** Four times a second, and after every change on this page. */
function showSettings(): void {
  const now = settings();
  // While it is dragged, the slider is ahead of the parameter.
  if (!mix.matches(':focus-within') && Math.abs(mix.value - now.mix) > 0.005) mix.value = now.mix;
  if (match.checked) at('match-text').textContent = matchString(isPlaying ? player?.comparison.matchDb : undefined);
  const code = codeFor(now);
  if (code === shownCode) return;
  shownCode = code;
  at('code').textContent = code;
  player?.comparison.remeasure();
}

function showState(): void {
  if (!player) return;
  const { node, context } = player;
  const isHeld = isPlaying && player.isHeld;
  const text = isHeld ? heldString(context.state) : stateString(node.state, side(), isHeard());
  at('state').dataset.state = isPlaying || node.state === 'failed' ? node.state : 'stopped';
  show('state-text', isPlaying || node.state === 'failed' ? text : 'Stopped. Press the button to go on.');
  show('note', (isPlaying && player.source?.note) || '');
  at('note').hidden = at('note').textContent === '';
  at('resume').hidden = !isHeld;
}

/** Only what is new, so that screen readers say it once. */
function show(id: string, text: string): void {
  if (at(id).textContent !== text) at(id).textContent = text;
}

function showButton(): void {
  at('play').classList.toggle('playing', isPlaying);
  const text =
    chosen() === 'microphone'
      ? 'Start the microphone'
      : chosen() !== 'file'
        ? 'Play the sample'
        : chosenFile
          ? 'Play the file'
          : 'Choose a file';
  show('play-text', isPlaying ? 'Stop' : text);
}

function showProblem(message: string): void {
  at('problem').textContent = message;
  at('problem').hidden = message === '';
}

async function showDevices(): Promise<void> {
  const found = await microphones();
  const before = device.value;
  device.replaceChildren(...found.map(({ label, deviceId }) => new Option(label, deviceId)));
  if (found.some(({ deviceId }) => deviceId === before)) device.value = before;
  at('device-choice').hidden = found.length < 2;
}

/** Sources are chosen while one plays: the sound moves over to the new one. */
function choose(): void {
  at('microphone-options').hidden = chosen() !== 'microphone';
  at('file-options').hidden = chosen() !== 'file';
  const isReady = chosen() !== 'file' || chosenFile !== undefined;
  if (isPlaying && isReady) void start();
  else if (isPlaying) void stop();
  showButton();
  showSettings();
}

function take(files: FileList | null | undefined): void {
  const file = files?.[0];
  if (!file) return;
  chosenFile = file;
  at('file-name').textContent =
    files.length > 1
      ? `${file.name}. The other ${files.length - 1} are for the file studio, which takes many.`
      : file.name;
  form.querySelector<HTMLInputElement>('[value=file]')!.checked = true;
  // A file is chosen to be heard. Where the browser wants a gesture first, the page says so.
  isPlaying = true;
  choose();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (isPlaying) void stop();
  else if (chosen() === 'file' && !chosenFile) at<HTMLInputElement>('file').click();
  else void start();
});
form.addEventListener('change', ({ target }) => {
  if ((target as HTMLInputElement).name === 'source') choose();
});
at<HTMLInputElement>('file').addEventListener('change', ({ target }) => {
  take((target as HTMLInputElement).files);
  (target as HTMLInputElement).value = ''; // So that the same file can be chosen again after it was changed.
});
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  take(event.dataTransfer?.files);
});
document.addEventListener('paste', (event) => take(event.clipboardData?.files));

monitor.addEventListener('change', () => {
  if (player?.source?.live) player.hear(monitor.checked);
  showState();
  showSettings();
});
for (const control of [device, browserProcessing]) {
  control.addEventListener('change', () => {
    if (isPlaying) void start();
    showSettings();
  });
}
navigator.mediaDevices?.addEventListener('devicechange', () => {
  if (player?.source?.live) void showDevices();
});

for (const radio of document.querySelectorAll('[name=side]')) {
  radio.addEventListener('change', () => {
    if (player) player.comparison.side = side();
    showState();
  });
}
match.addEventListener('change', () => {
  if (player) player.comparison.isMatching = match.checked;
  if (!match.checked) at('match-text').textContent = 'Same loudness for both';
  showSettings();
});
mix.addEventListener('input', () => {
  // Whoever moves it wants to hear it.
  if (side() === 'original') at<HTMLInputElement>('side-denoised').click();
  if (player) player.node.mix.value = mix.value;
  showSettings();
});

at('resume').addEventListener('click', () => void player?.resume().catch((error) => showProblem(failureString(error))));
panel.addEventListener('denoise-change', showSettings);
panel.addEventListener('denoise-retry', (event) => {
  event.preventDefault();
  void retry();
});
at('copy').addEventListener('click', async () => {
  const copied = await navigator.clipboard?.writeText(shownCode).then(
    () => true,
    () => false,
  );
  at('copy').textContent = copied ? 'Copied' : 'Select it and copy by hand';
  setTimeout(() => (at('copy').textContent = 'Copy'), 2000);
});

/** What changes by itself, at a pace that can be read. */
setInterval(() => {
  showSettings();
  recordingControls.show();
}, 250);

async function showModels(): Promise<void> {
  const response = await fetch(new URL('studio/models.json', import.meta.url));
  if (!response.ok) return; // There is one at least, which the node has by itself.
  const models: readonly { name: string; path: string; title: string }[] = await response.json();
  panel.models = models.map(({ name, path, title }) => ({ value: optionFor(name, path), label: title }));
}

/** What `model` is set to: a name where the node finds the model by it, a URL for those of another package. */
function optionFor(name: string, path: string): string {
  return path === `${name}/manifest.json` ? name : new URL(`../../models/${path}`, import.meta.url).pathname;
}

const obstacle = obstacleString(DenoiseNode.isSupported());
if (obstacle) showProblem(obstacle);
at<HTMLButtonElement>('play').disabled = obstacle !== undefined;
document.body.classList.add('alive');
choose();
void showModels();
if (!obstacle) void isolate(() => isPlaying);
