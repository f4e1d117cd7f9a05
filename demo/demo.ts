/** The demo page: what the visitor does goes to the {@link Player}, what the player does goes to the page. */
import { DenoiseNode } from 'denoise-node';
import '../src/panel/define.ts';
import type { LabelledSlider } from '../src/panel/labelled-slider.ts';
import { codeFor, type Settings } from './code-box.ts';
import { Player } from './player.ts';
import { microphone, microphones, type OpenSource, recording, SAMPLES, sample } from './sources.ts';
import { animate } from './stage.ts';
import { failureInWords, modeInWords, obstacleInWords, stateInWords } from './words.ts';

const at = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const form = at<HTMLFormElement>('sources');
const play = at<HTMLButtonElement>('play');
const mix = at<LabelledSlider>('mix');
const limit = at<LabelledSlider>('limit');
const on = at<HTMLInputElement>('on');
const compare = at<HTMLButtonElement>('compare');
const monitor = at<HTMLInputElement>('monitor');
const device = at<HTMLSelectElement>('device');

const settings: Settings = { mix: 1, attenuationLimit: 100, on: true };
let player: Player | undefined;
let chosenFile: File | undefined;
let endAnimation = (): void => {};
let isPlaying = false;
let isComparing = false;

mix.words = (value) => `${Math.round(100 * value)} %`;
limit.words = (value) => (value === 100 ? 'no limit' : `${value} dB`);

const chosen = (): string => new FormData(form).get('source') as string;

function open(): OpenSource {
  const source = chosen();
  if (source === 'microphone') return microphone(device.value);
  if (source === 'file' && chosenFile) return recording(chosenFile);
  return sample(`samples/${SAMPLES.find((name) => name === source) ?? SAMPLES[0]}.wav`);
}

async function start(): Promise<void> {
  showProblem('');
  isPlaying = true;
  showButton();
  try {
    player ??= begin();
    showState();
    await player.play(open(), (live) => !live || monitor.checked);
    showState();
    if (chosen() === 'microphone') await showDevices();
  } catch (error) {
    showProblem(failureInWords(error));
    await stop();
  }
}

async function stop(): Promise<void> {
  isPlaying = false;
  showButton();
  await player?.stop();
  if (player && !isPlaying) showState();
}

function begin(): Player {
  const player = new Player({ mix: settings.mix, attenuationLimit: settings.attenuationLimit, bypass: !settings.on });
  const { node } = player;
  node.addEventListener('statechange', showState);
  node.addEventListener('modechange', showState);
  node.addEventListener('error', ({ detail }) => showProblem(failureInWords(detail.error)));
  endAnimation = animate(
    {
      pictures: [at('picture-before'), at('picture-after')],
      meters: [at('level-before'), at('level-after')],
      showFigures: (metrics) => {
        const isRunning = metrics.state === 'running';
        at('latency').textContent = `${(1000 * metrics.latency).toFixed(1)} ms`;
        at('load').textContent = isRunning ? `${Math.round(100 * metrics.load)} %` : '–';
        at('underruns').textContent = metrics.underruns === 0 ? 'none' : `${metrics.underruns} (${metrics.underrunSeconds.toFixed(2)} s)`;
        const reduction = metrics.inputLevel - metrics.enhancedLevel;
        at('reduction').textContent = isRunning && isPlaying && Number.isFinite(reduction) ? `${Math.max(0, reduction).toFixed(0)} dB` : '–';
      },
    },
    player,
  );
  return player;
}

/** In a context of its own, so that nothing of the failed attempt is left. */
async function retry(): Promise<void> {
  endAnimation();
  await player?.close();
  player = undefined;
  await start();
}

/** Sends what is set to the node and to the code box. */
function apply(): void {
  settings.mix = mix.value;
  settings.attenuationLimit = limit.value;
  settings.on = on.checked;
  if (player) {
    player.node.mix.value = settings.mix;
    player.node.attenuationLimit.value = settings.attenuationLimit;
    player.node.bypass.value = settings.on && !isComparing ? 0 : 1;
    showState();
  }
  at('code').textContent = codeFor(settings, chosen() === 'microphone');
}

function hold(isHeld: boolean): void {
  isComparing = isHeld;
  compare.setAttribute('aria-pressed', String(isHeld));
  apply();
}

function showState(): void {
  if (!player) return;
  const { state, mode } = player.node;
  const words = isPlaying ? stateInWords(state, settings.on && !isComparing, !player.live || monitor.checked) : 'Stopped. Press the button to go on.';
  at('state').dataset.state = isPlaying ? state : 'stopped';
  if (at('state-words').textContent !== words) at('state-words').textContent = words;
  at('mode').textContent = modeInWords(mode);
  at('retry').hidden = state !== 'failed';
}

function showButton(): void {
  play.classList.toggle('playing', isPlaying);
  const start = chosen() === 'microphone' ? 'Start the microphone' : chosen() === 'file' && !chosenFile ? 'Choose a file' : 'Start';
  at('play-words').textContent = isPlaying ? 'Stop' : start;
}

function showProblem(words: string): void {
  at('problem').textContent = words;
  at('problem').hidden = words === '';
}

async function showDevices(): Promise<void> {
  const found = await microphones();
  const before = device.value;
  device.replaceChildren(...found.map(({ label, deviceId }) => new Option(label, deviceId)));
  if (found.some(({ deviceId }) => deviceId === before)) device.value = before;
  at('device-choice').hidden = found.length < 2;
}

async function showModel(): Promise<void> {
  const response = await fetch('../models/base/manifest.json');
  if (!response.ok) return; // The node tells that better, when it is started.
  const { name, version, sampleRateHz, framing, cost } = await response.json();
  const hopMs = (1000 * framing.hopSamples) / sampleRateHz;
  at('model').textContent =
    `Model ${name} ${version}: ${sampleRateHz / 1000} kHz, a hop every ${hopMs} ms, ${Math.round(cost.parameters / 1000)} thousand parameters.`;
}

/** Sources are chosen while one plays: the sound moves over to the new one. */
function choose(): void {
  at('microphone-options').hidden = chosen() !== 'microphone';
  at('file-options').hidden = chosen() !== 'file';
  const isReady = chosen() !== 'file' || chosenFile !== undefined;
  if (isPlaying && isReady) void start();
  else if (isPlaying) void stop();
  showButton();
  apply();
}

function take(file: File | undefined): void {
  if (!file) return;
  chosenFile = file;
  at('file-name').textContent = file.name;
  form.querySelector<HTMLInputElement>('[value=file]')!.checked = true;
  // A file is chosen to be heard; but a page that was never touched may make no sound.
  isPlaying = navigator.userActivation?.hasBeenActive ?? true;
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
at<HTMLInputElement>('file').addEventListener('change', ({ target }) => take((target as HTMLInputElement).files?.[0]));
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  take(event.dataTransfer?.files[0]);
});
monitor.addEventListener('change', () => {
  if (!player?.live) return;
  player.hear(monitor.checked);
  showState();
});
device.addEventListener('change', () => {
  if (isPlaying) void start();
});
for (const control of [mix, limit, on]) control.addEventListener('input', apply);
at('retry').addEventListener('click', () => void retry());

// Held with a finger, a mouse or a key; let go of anywhere.
compare.addEventListener('pointerdown', (event) => {
  compare.setPointerCapture(event.pointerId);
  hold(true);
});
compare.addEventListener('keydown', ({ key, repeat }) => {
  if (!repeat && (key === ' ' || key === 'Enter')) hold(true);
});
for (const type of ['pointerup', 'pointercancel', 'keyup', 'blur']) compare.addEventListener(type, () => hold(false));

at('copy').addEventListener('click', async () => {
  const copied = await navigator.clipboard?.writeText(at('code').textContent ?? '').then(
    () => true,
    () => false,
  );
  at('copy').textContent = copied ? 'Copied' : 'Select it and copy by hand';
  setTimeout(() => (at('copy').textContent = 'Copy'), 2000);
});

const obstacle = obstacleInWords(DenoiseNode.isSupported());
if (obstacle) showProblem(obstacle);
play.disabled = obstacle !== undefined;
document.body.classList.add('alive');
choose();
void showModel();
