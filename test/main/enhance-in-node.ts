/**
 * Runs the fixture through the engine in Node and prints the enhanced samples: float32, base64, after the engine's
 * delay. `shaped`: the same recording as a file, with high-pass and automatic gain, and so without any delay.
 */
import { readFile } from 'node:fs/promises';
import { Denoiser } from '../../src/engine/index.ts';
import { enhanceChannels } from '../../src/files/enhance.ts';

const WAV_HEADER_BYTES = 44;

const wav = await readFile(new URL('../fixtures/noisy-speech.wav', import.meta.url));
const pcm = new Int16Array(wav.buffer.slice(wav.byteOffset + WAV_HEADER_BYTES, wav.byteOffset + wav.byteLength));
const noisy = Float32Array.from(pcm, (sample) => sample / 32768);

const denoiser = await Denoiser.load({ modelUrl: new URL('../../models/base/', import.meta.url) });
const stream = denoiser.createStream(48000);
stream.push(noisy, 0, noisy.length);
while (stream.hopReady) denoiser.step([stream]);
const enhanced = new Float32Array(stream.available);
stream.pull(enhanced, 0, enhanced.length);
const base64 = ({ buffer }: Float32Array): string => Buffer.from(buffer).toString('base64');
const [shaped] = await enhanceChannels(denoiser, [noisy], 48000, { highPassHz: 120, autoGain: true });
console.log(JSON.stringify({ delaySamples: stream.delaySamples, enhanced: base64(enhanced), shaped: base64(shaped) }));
