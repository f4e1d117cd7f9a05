/** The page of every app: denoises what it is given, through the package as the app's tool has bundled it. */
import { DenoiseNode } from 'denoise-node';
import { Denoiser } from 'denoise-node/engine';
import tiny from 'denoise-node/models/tiny';

/** Heard beyond the sound itself: more than any model is late. */
const AFTER_SECONDS = 2;
const RECORDER = `registerProcessor('recorder', class extends AudioWorkletProcessor {
  process([[samples]]) {
    this.port.postMessage(samples?.slice() ?? new Float32Array(128));
    return true;
  }
})`;

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
  await node.ready;
  const { mode } = node;
  const enhanced = await (canRender ? render : record)(context, node, source);
  const late = node.getMetrics().underruns;
  await node.dispose();
  if (!canRender) await context.close();
  return { mode, enhanced, late };
};

async function render(context, node, source) {
  node.connect(context.destination);
  source.start();
  return (await context.startRendering()).getChannelData(0);
}

async function record(context, node, source) {
  const url = URL.createObjectURL(new Blob([RECORDER], { type: 'text/javascript' }));
  await context.audioWorklet.addModule(url);
  URL.revokeObjectURL(url);
  const recorder = new AudioWorkletNode(context, 'recorder', { channelCount: 1, channelCountMode: 'explicit' });
  node.connect(recorder).connect(context.destination);
  const enhanced = new Float32Array(source.buffer.length + AFTER_SECONDS * context.sampleRate);
  await new Promise((resolve) => {
    let length = 0;
    recorder.port.onmessage = ({ data }) => {
      enhanced.set(data.subarray(0, enhanced.length - length), length);
      length += data.length;
      if (length < enhanced.length) return;
      recorder.port.onmessage = null;
      resolve();
    };
    source.start();
  });
  return enhanced;
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

/** Samples as base64, in which they leave the page ten times as fast as in lists of numbers. */
globalThis.encode = (samples) => {
  let letters = '';
  for (const byte of new Uint8Array(samples.buffer)) letters += String.fromCharCode(byte);
  return btoa(letters);
};
