/** The page "plugin host": buttons and cards around a Rack. */
import type { WebAudioModule } from '@webaudiomodules/api';
import { Rack, type RackState } from './rack.ts';

const SWEEP_SECONDS = 4;

const find = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const play = find<HTMLButtonElement>('#play');
const problem = find('#problem');
const tools = find<HTMLFieldSetElement>('#tools');

let opening: Promise<Rack> | undefined;
let kept: RackState | undefined;

/** The first gesture makes the context; a failure is said, and the next gesture tries again. */
async function start(): Promise<void> {
  problem.hidden = true;
  play.disabled = true;
  const context = new AudioContext();
  try {
    opening = open(context);
    await opening;
  } catch (error) {
    opening = undefined;
    await context.close();
    problem.textContent = error instanceof Error ? error.message : String(error);
    problem.hidden = false;
  }
  play.disabled = false;
}

async function open(context: AudioContext): Promise<Rack> {
  const rack = await Rack.open(context);
  await rack.play('../samples/crowd.wav');
  await showControls(rack.tone, find('#tone'));
  await addPanel(rack.denoise);
  const showDelay = async (): Promise<void> => {
    const samples = await rack.delaySamples();
    find('#delay').textContent = `${samples} samples, ${((1000 * samples) / context.sampleRate).toFixed(1)} ms`;
  };
  rack.onDelay(() => void showDelay());
  await showDelay();
  tools.disabled = false;
  return rack;
}

/** Sliders that a host makes by itself, of what a module says about its parameters. */
async function showControls({ audioNode }: WebAudioModule, place: HTMLElement): Promise<void> {
  const infos = Object.values(await audioNode.getParameterInfo());
  const values = await audioNode.getParameterValues(false);
  place.replaceChildren(
    ...infos.map(({ id, label, minValue, maxValue, units }) => {
      const input = Object.assign(document.createElement('input'), { type: 'range', step: '0.5' });
      input.min = String(minValue);
      input.max = String(maxValue);
      input.dataset.parameter = id;
      const output = document.createElement('output');
      const show = (value: number): void => {
        input.value = String(value);
        output.textContent = `${value} ${units}`;
      };
      show(values[id].value);
      input.addEventListener('input', () => {
        show(input.valueAsNumber);
        void audioNode.setParameterValues({ [id]: { id, value: input.valueAsNumber, normalized: false } });
      });
      const row = document.createElement('label');
      row.append(label, output, input);
      return row;
    }),
  );
}

/** A window for the denoiser's own panel, which can be closed. */
async function addPanel(module: WebAudioModule): Promise<void> {
  const panel = await module.createGui();
  const frame = document.createElement('section');
  frame.className = 'window';
  frame.setAttribute('aria-label', `${module.name}: its own panel`);
  const close = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Close' });
  close.addEventListener('click', () => {
    module.destroyGui(panel);
    frame.remove();
  });
  frame.append(panel, close);
  find('#panels').append(frame);
}

/** What a button does once the rack is there. */
function onClick(selector: string, action: (rack: Rack) => Promise<void> | void): void {
  find(selector).addEventListener('click', async () => {
    const rack = await opening;
    if (rack !== undefined) await action(rack);
  });
}

play.addEventListener('click', async () => {
  if (opening === undefined) await start();
  else {
    const { context } = await opening;
    await (context.state === 'running' ? context.suspend() : context.resume());
  }
  const isPlaying = (await opening)?.context.state === 'running';
  play.textContent = isPlaying ? 'Pause' : 'Play the sample';
});
onClick('#sweep', (rack) => rack.sweep('mix', 0, 1, SWEEP_SECONDS));
onClick('#panel', (rack) => addPanel(rack.denoise));
onClick('#keep', async (rack) => {
  kept = await rack.getState();
  find<HTMLTextAreaElement>('#state').value = JSON.stringify(kept, null, 2);
  find<HTMLButtonElement>('#back').disabled = false;
});
onClick('#back', async (rack) => {
  if (kept === undefined) return;
  await rack.setState(kept);
  await showControls(rack.tone, find('#tone'));
});

document.body.classList.add('alive');
