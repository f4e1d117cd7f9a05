/** The page with two ends of a call: what the visitor does goes to the {@link Phone}, what it hears to the page. */
import { DenoiseNode } from 'denoise-node';
import '../../src/panel/define.ts';
import type { DenoisePanel } from '../../src/panel/denoise-panel.ts';
import { failureString, obstacleString } from '../strings.ts';
import type { HeardLevels } from './ear.ts';
import { Phone } from './phone.ts';
import { callString, levelString } from './strings.ts';

/** Often enough for pauses between words. */
const MEASURE_MS = 20;
const MEASURES_PER_SHOW = 12;

const at = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const near = at<HTMLFormElement>('near');
const button = at<HTMLButtonElement>('call');
const mute = at<HTMLInputElement>('mute');
const listen = at<HTMLInputElement>('listen');

let phone: Phone | undefined;
let timer = 0;
let measures = 0;

const chosen = (): string => new FormData(near).get('source') as string;
const side = (): string => document.querySelector<HTMLInputElement>('[name=side]:checked')!.value;

async function call(): Promise<void> {
  showProblem('');
  // Inside the click, so that sound may begin.
  const calling = new Phone((why) => showProblem(why.message));
  phone = calling;
  const { denoised } = calling;
  at<DenoisePanel>('panel').node = denoised.node;
  denoised.addEventListener('statechange', showState);
  denoised.addEventListener('processingchange', showState);
  denoised.node.addEventListener('statechange', showState);
  denoised.node.addEventListener('error', showState);
  showState();
  try {
    await calling.call(chosen());
    if (calling === phone) begin(calling);
  } catch (error) {
    if (calling !== phone) return; // Hung up meanwhile.
    await hangUp();
    showProblem(failureString(error));
  }
}

/** The call is there. */
function begin(called: Phone): void {
  called.mute(mute.checked);
  hear();
  clearInterval(timer);
  timer = window.setInterval(measure, MEASURE_MS);
  showState();
}

async function hangUp(): Promise<void> {
  const former = phone;
  phone = undefined;
  clearInterval(timer);
  showState();
  showLevels('before', undefined);
  showLevels('after', undefined);
  await former?.close();
}

function hear(): void {
  phone?.ears?.before.hear(listen.checked && side() === 'before');
  phone?.ears?.after.hear(listen.checked && side() === 'after');
}

function measure(): void {
  const ears = phone?.ears;
  if (ears === undefined) return;
  ears.before.measure();
  ears.after.measure();
  measures += 1;
  if (measures % MEASURES_PER_SHOW !== 0) return;
  showLevels('before', ears.before.levels);
  showLevels('after', ears.after.levels);
}

function showLevels(which: 'before' | 'after', levels: HeardLevels | undefined): void {
  show(`${which}-floor`, levelString(levels?.floorDb));
  show(`${which}-voice`, levelString(levels?.voiceDb));
}

function showState(): void {
  const isCalled = phone?.ears !== undefined;
  at('state').dataset.state = phone === undefined ? 'stopped' : isCalled ? 'called' : 'calling';
  show('state-text', callString(phone?.denoised, isCalled));
  show('note', phone?.denoised.processing.advice ?? '');
  show('call', phone === undefined ? 'Call' : 'Hang up');
  button.classList.toggle('calling', phone !== undefined);
}

/** Only what is new, so that screen readers say it once. */
function show(id: string, text: string): void {
  if (at(id).textContent !== text) at(id).textContent = text;
}

function showProblem(message: string): void {
  at('problem').textContent = message;
  at('problem').hidden = message === '';
}

/** Another source while the call lasts: the same call goes on. A microphone is not heard until it is asked for. */
async function choose(): Promise<void> {
  listen.checked = chosen() !== 'microphone';
  hear();
  if (phone === undefined) return;
  showProblem('');
  try {
    await phone.use(chosen());
    phone?.mute(mute.checked);
    showState();
  } catch (error) {
    showProblem(failureString(error));
  }
}

near.addEventListener('submit', (event) => {
  event.preventDefault();
  void (phone === undefined ? call() : hangUp());
});
near.addEventListener('change', ({ target }) => {
  if ((target as HTMLInputElement).name === 'source') void choose();
});
mute.addEventListener('change', () => phone?.mute(mute.checked));
listen.addEventListener('change', hear);
for (const radio of document.querySelectorAll('[name=side]')) radio.addEventListener('change', hear);

const obstacle = obstacleString(DenoiseNode.isSupported());
if (obstacle !== undefined) showProblem(obstacle);
else button.disabled = false;
document.body.classList.add('alive');
