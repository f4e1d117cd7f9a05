/**
 * The page of a plugin host: sound goes through our Web Audio Module, `Denoise`, which the app's first line has made.
 * What record.js says stands before it.
 */
import { initializeWamHost } from '@webaudiomodules/sdk';

const AFTER_SECONDS = 2;

/** As app.js does by a node. */
globalThis.denoise = async (samples, sampleRate) => {
  const canRender = crossOriginIsolated || 'suspend' in OfflineAudioContext.prototype;
  const context = canRender
    ? new OfflineAudioContext(1, samples.length + AFTER_SECONDS * sampleRate, sampleRate)
    : new AudioContext({ sampleRate });
  const [groupId] = await initializeWamHost(context);
  Denoise.options = { latencyHint: canRender ? 'interactive' : 0.5, ...globalThis.denoiseOptions };
  const module = await Denoise.createInstance(groupId, context);
  const node = module.audioNode;
  const panel = await module.createGui();
  document.body.append(panel);
  if (panel.node !== node) throw new Error('expected the panel to show the node of its module');
  const buffer = context.createBuffer(1, samples.length, sampleRate);
  buffer.copyToChannel(samples, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(node);
  let overloads = 0;
  node.addEventListener('overload', () => overloads++);
  const { mode } = node;
  const enhanced = await (canRender ? render(context, node, source) : globalThis.record(node, source, AFTER_SECONDS));
  const late = node.getMetrics().underruns + overloads;
  module.destroyGui(panel);
  node.destroy();
  if (!canRender) await context.close();
  return { mode, enhanced, isLive: !canRender, late };
};

async function render(context, node, source) {
  node.connect(context.destination);
  source.start();
  return (await context.startRendering()).getChannelData(0);
}
