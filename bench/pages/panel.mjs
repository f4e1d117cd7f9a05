/** [page] A `<denoise-panel>` on a node that denoises speech, opened and hidden. */
import { modelUrl } from './model-url.mjs';
import { noisySpeech, play } from './sound.mjs';

let node;
let panel;

/** A node with sound in it, and no panel yet. */
export async function begin(model) {
  const { DenoiseNode } = await import('/dist/denoise-node.js');
  await import('/dist/panel.js');
  const context = new AudioContext({ sampleRate: 48000 });
  node = new DenoiseNode(context, { model: await modelUrl(model) });
  await node.ready;
  play(context, await noisySpeech(48000, 10), true)
    .connect(node)
    .connect(context.destination);
}

/** Puts the panel into the page, and resolves once its spectrograms are full. */
export async function open(width, settleMs) {
  panel = document.createElement('denoise-panel');
  panel.style.width = `${width}px`;
  panel.node = node;
  document.body.append(panel);
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  return panel.state;
}

export function hide() {
  panel.hidden = true;
  return new Promise((resolve) => setTimeout(resolve, 500));
}

/**
 * Frames that the browser gives in so much time. Asking for them is work too, which the page without a panel has as
 * well.
 */
export function countFrames(ms) {
  return new Promise((resolve) => {
    const end = performance.now() + ms;
    let frames = 0;
    requestAnimationFrame(function next(now) {
      frames += 1;
      if (now < end) requestAnimationFrame(next);
      else resolve(frames);
    });
  });
}
