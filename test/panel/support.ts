/** What the panel's tests share: a panel in the page, real nodes with real sound, and looks into the shadow. */
import '../../src/panel/define.ts';
import type { DenoisePanel } from '../../src/panel/denoise-panel.ts';
import type { DenoiseNode } from '../main/support.ts';
import { noise, play, until } from '../main/support.ts';

export { DenoiseNode, fixture, nextEvent, noise, noisySpeech, play, until, wait } from '../main/support.ts';
export type { DenoisePanel };

/** Puts a panel into the page, `width` pixels wide. */
export async function place(properties: Partial<DenoisePanel> = {}, width = 700): Promise<DenoisePanel> {
  const panel = Object.assign(document.createElement('denoise-panel'), properties);
  panel.style.width = `${width}px`;
  document.body.append(panel);
  await panel.updateComplete;
  return panel;
}

/** An element inside. */
export function inside<T extends Element = HTMLElement>(panel: DenoisePanel, selector: string): T {
  const found = panel.shadowRoot!.querySelector<T>(selector);
  if (!found) throw new Error(`The panel has no ${selector}.`);
  return found;
}

/** Text inside, as it is read: white space in one. */
export function textOf(panel: DenoisePanel, selector: string): string {
  return inside(panel, selector).textContent!.replace(/\s+/g, ' ').trim();
}

/** The native input of one of the sliders. */
export function inputOf(
  panel: DenoisePanel,
  slider: 'mix' | 'limit' | 'gain' | 'high-pass' | 'target',
): HTMLInputElement {
  return inside(panel, `#${slider}`).shadowRoot!.querySelector('input')!;
}

/** Noise that goes through a node for as long as it lives. */
export function sound(context: AudioContext, node: DenoiseNode, amplitude = 0.1): void {
  const source = play(context, noise(context.sampleRate, amplitude));
  source.loop = true;
  source.connect(node).connect(context.destination);
  source.start();
}

export async function untilState(
  panel: DenoisePanel,
  state: DenoisePanel['state'],
  patienceMs = 20_000,
): Promise<void> {
  const seen = new Set<string>();
  const isSo = (): boolean => seen.add(panel.state).has(state);
  await until(`the panel is ${state}`, isSo, patienceMs).catch((error) => {
    throw new Error(`${error.message} It was ${[...seen].join(', ')}.`);
  });
  await panel.updateComplete;
}
