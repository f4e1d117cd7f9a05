/** The page of every app: denoises what it is given, through the package as the app's tool has bundled it. */
import { DenoiseNode } from 'denoise-node';

globalThis.denoise = async (samples, sampleRate) => {
  const context = new OfflineAudioContext(1, samples.length, sampleRate);
  const buffer = context.createBuffer(1, samples.length, sampleRate);
  buffer.copyToChannel(samples, 0);
  const node = new DenoiseNode(context, globalThis.denoiseOptions);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(node).connect(context.destination);
  source.start();
  await node.ready;
  const { mode } = node;
  const rendered = await context.startRendering();
  node.dispose();
  return { mode, enhanced: rendered.getChannelData(0) };
};
