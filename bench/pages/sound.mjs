/** [page] What is denoised: a short recording of noisy speech, as long as wanted. */
const RECORDING = '/test/fixtures/noisy-speech.wav';

/** The recording at a rate, repeated up to `seconds`. */
export async function noisySpeech(sampleRateHz, seconds) {
  const response = await fetch(RECORDING);
  const decoded = await new OfflineAudioContext(1, 1, sampleRateHz).decodeAudioData(await response.arrayBuffer());
  const once = decoded.getChannelData(0);
  return Float32Array.from({ length: Math.round(seconds * sampleRateHz) }, (_, i) => once[i % once.length]);
}

/** A source that plays samples, looped if wanted. */
export function play(context, samples, loop = false) {
  const buffer = new AudioBuffer({ numberOfChannels: 1, length: samples.length, sampleRate: context.sampleRate });
  buffer.copyToChannel(samples, 0);
  const source = new AudioBufferSourceNode(context, { buffer, loop });
  source.start();
  return source;
}

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
