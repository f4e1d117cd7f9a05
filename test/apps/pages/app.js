/**
 * The page of every app: denoises what it is given, through the package as the app's tool has bundled it. What
 * record.js says stands before it.
 */
import { DenoiseNode } from 'denoise-node';
import { Denoiser } from 'denoise-node/engine';
import tiny from 'denoise-node/models/tiny';

/** Heard beyond the sound itself: more than any model is late. */
const AFTER_SECONDS = 2;

/**
 * By a node, with the model that it takes by itself: offline, or live where an offline context would have to be paused,
 * which Firefox cannot. `late` counts the times that it was.
 */
globalThis.denoise = async (samples, sampleRate) => {
  const canRender = crossOriginIsolated || 'suspend' in OfflineAudioContext.prototype;
  const context = canRender
    ? new OfflineAudioContext(1, samples.length + AFTER_SECONDS * sampleRate, sampleRate)
    : new AudioContext({ sampleRate });
  const buffer = context.createBuffer(1, samples.length, sampleRate);
  buffer.copyToChannel(samples, 0);
  // What is heard live on a machine that others use has as much time as there is.
  const node = new DenoiseNode(context, { latencyHint: canRender ? 'interactive' : 0.5, ...globalThis.denoiseOptions });
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(node);
  let overloads = 0;
  node.addEventListener('overload', () => overloads++);
  await node.ready;
  const { mode } = node;
  const enhanced = await (canRender ? render(context, node, source) : globalThis.record(node, source, AFTER_SECONDS));
  const late = node.getMetrics().underruns + overloads;
  await node.dispose();
  if (!canRender) await context.close();
  return { mode, enhanced, isLive: !canRender, late };
};

async function render(context, node, source) {
  node.connect(context.destination);
  source.start();
  return (await context.startRendering()).getChannelData(0);
}

/** By the engine, with a model that comes as a module. */
globalThis.enhance = async (samples, sampleRate) => {
  const { assets: { wasm } = {}, model = tiny } = globalThis.denoiseOptions ?? {};
  const denoiser = await Denoiser.load({ modelUrl: model, wasmUrl: wasm });
  const stream = denoiser.createStream(sampleRate);
  const enhanced = new Float32Array(samples.length + AFTER_SECONDS * sampleRate);
  stream.push(
    Float32Array.from(enhanced, (_, i) => samples[i] ?? 0),
    0,
    enhanced.length,
  );
  denoiser.stepAll([stream]);
  stream.pull(enhanced, 0, stream.available);
  stream.dispose();
  denoiser.dispose();
  return enhanced;
};
