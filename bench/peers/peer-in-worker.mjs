/**
 * [worker] A peer's processor outside of an audio context, because only here is there a clock fine enough to time it.
 * The module is the peer's own; the four names that it expects of an AudioWorkletGlobalScope are provided.
 */
import { peerFiles } from './peers.mjs';

const QUANTUM_SAMPLES = 128;

/** @returns {Promise<{ process: (input: Float32Array, output: Float32Array) => void, quantumSamples: number }>} */
export async function startPeerHere(name, sampleRateHz) {
  const [, workletUrl, wasmUrl] = peerFiles(name);
  let Processor;
  Object.assign(globalThis, {
    sampleRate: sampleRateHz,
    AudioWorkletProcessor: class {
      port = new MessageChannel().port1;
    },
    registerProcessor: (_, registered) => {
      Processor = registered;
    },
  });
  const wasmBinary = await (await fetch(wasmUrl)).arrayBuffer();
  await import(workletUrl);
  const processor = new Processor({ processorOptions: { maxChannels: 1, wasmBinary } });
  while (processor.processor === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  return {
    process: (input, output) => processor.process([[input]], [[output]]),
    quantumSamples: QUANTUM_SAMPLES,
  };
}
