/** The demo page: what the visitor does goes to the {@link Player}, what the player does goes to the page. */
import { DEFAULT_OPTIONS, DenoiseNode } from 'denoise-node';
import '../src/panel/define.ts';
import type { LabelledSlider } from '../src/panel/labelled-slider.ts';
import { codeFor, type Settings } from './code-box.ts';
import type { Side } from './comparison.ts';
import { isolate } from './isolation.ts';
import { Player } from './player.ts';
import { RecordingControls } from './recording-controls.ts';
import { microphone, microphones, type OpenSource, recording, SAMPLES, sample } from './sources.ts';
import { animate } from './stage.ts';
import { failureInWords, heldInWords, matchInWords, modeInWords, obstacleInWords, stateInWords } from './words.ts';

const at = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const form = at<HTMLFormElement>('sources');
const mix = at<LabelledSlider>('mix');
const monitor = at<HTMLInputElement>('monitor');
const browserProcessing = at<HTMLInputElement>('browser-processing');
const match = at<HTMLInputElement>('match');
const device = at<HTMLSelectElement>('device');
const recordingControls = new RecordingControls(at('record'), at('record-words'), at('recorded'), at('record-note'));

let player: Player | undefined;
let chosenFile: File | undefined;
let endAnimation = (): void => {};
/** Whether the visitor wants sound; the source may still be on its way. */
let isPlaying = false;
let shownCode = '';

mix.words = (value) => `${Math.round(100 * value)} %`;

const chosen = (): string => new FormData(form).get('source') as string;
const side = (): Side => document.querySelector<HTMLInputElement>('[name=side]:checked')!.value as Side;
const isHeard = (live = chosen() === 'microphone'): boolean => !live || monitor.checked;

function open(): OpenSource {
  const source = chosen();
  if (source === 'microphone') return microphone({ deviceId: device.value, browserProcessing: browserProcessing.checked });
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
    showProblem(failureInWords(error));
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
  node.addEventListener('modechange', showState);
  node.addEventListener('error', ({ detail }) => showProblem(failureInWords(detail.error)));
  begun.comparison.side = side();
  begun.comparison.isMatching = match.checked;
  begun.tools.catch(() => {
    match.disabled = true;
    at('match-words').textContent = 'Same loudness: not available, a file of this page did not arrive';
  });
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
        showSettings();
        recordingControls.show();
      },
    },
    begun,
  );
  return begun;
}

/** In a context of its own, so that nothing of the failed attempt is left. */
async function retry(): Promise<void> {
  const wasPlaying = isPlaying;
  endAnimation();
  await stop();
  await player?.close();
  player = begin();
  if (wasPlaying) await start();
  else showProblem('');
}

/** What is set now: the node's parameters are the truth, for the panel sets them too. */
function settings(): Settings {
  const node = player?.node;
  const source = chosen() === 'microphone' ? 'microphone' : 'recording';
  return {
    model: DEFAULT_OPTIONS.model,
    mix: node?.mix.value ?? mix.value,
    attenuationLimit: node?.attenuationLimit.value ?? DEFAULT_OPTIONS.attenuationLimit,
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
  if (match.checked) at('match-words').textContent = matchInWords(isPlaying ? player?.comparison.matchDb : undefined);
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
  const words = isHeld ? heldInWords(context.state) : stateInWords(node.state, side(), isHeard());
  at('state').dataset.state = isPlaying || node.state === 'failed' ? node.state : 'stopped';
  show('state-words', isPlaying || node.state === 'failed' ? words : 'Stopped. Press the button to go on.');
  show('mode', modeInWords(node.mode));
  show('note', (isPlaying && player.source?.note) || '');
  at('note').hidden = at('note').textContent === '';
  at('resume').hidden = !isHeld;
  at('retry').hidden = node.state !== 'failed';
}

/** Only what is new, so that screen readers say it once. */
function show(id: string, words: string): void {
  if (at(id).textContent !== words) at(id).textContent = words;
}

function showButton(): void {
  at('play').classList.toggle('playing', isPlaying);
  const words = chosen() === 'microphone' ? 'Start the microphone' : chosen() !== 'file' ? 'Play the sample' : chosenFile ? 'Play the file' : 'Choose a file';
  show('play-words', isPlaying ? 'Stop' : words);
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
  at('file-name').textContent = files.length > 1 ? `${file.name}. The other ${files.length - 1} are for the file studio, which takes many.` : file.name;
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
  if (!match.checked) at('match-words').textContent = 'Same loudness for both';
  showSettings();
});
mix.addEventListener('input', () => {
  if (player) player.node.mix.value = mix.value;
  showSettings();
});

at('resume').addEventListener('click', () => void player?.resume().catch((error) => showProblem(failureInWords(error))));
at('retry').addEventListener('click', () => void retry());
at('copy').addEventListener('click', async () => {
  const copied = await navigator.clipboard?.writeText(shownCode).then(
    () => true,
    () => false,
  );
  at('copy').textContent = copied ? 'Copied' : 'Select it and copy by hand';
  setTimeout(() => (at('copy').textContent = 'Copy'), 2000);
});

const obstacle = obstacleInWords(DenoiseNode.isSupported());
if (obstacle) showProblem(obstacle);
at<HTMLButtonElement>('play').disabled = obstacle !== undefined;
document.body.classList.add('alive');
choose();
if (!obstacle) void isolate(() => isPlaying);
