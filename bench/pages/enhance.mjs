/** [page] Whole recordings through a peer. */
import { delayBetween } from '../../tools/delay.mjs';
import { createPeer, PEER_RATE_HZ } from '../peers/peers.mjs';
import { noisySpeech } from './sound.mjs';

/** Longer than the delay of any peer, samples. */
const MOST_DELAY = 4800;

/**
 * Renders planar samples through a peer and lets it run on for `tail` samples, so that its delay can be cut off
 * afterwards.
 *
 * @param {string} name
 * @param {Float32Array<ArrayBuffer>[]} channels
 * @param {number} tail
 * @returns {Promise<Float32Array[]>} `tail` samples longer than what went in
 */
export async function renderThroughPeer(name, channels, tail) {
  const length = channels[0].length;
  const context = new OfflineAudioContext(channels.length, length + tail, PEER_RATE_HZ);
  const peer = await createPeer(context, name, channels.length);
  const buffer = new AudioBuffer({
    numberOfChannels: channels.length,
    length: length + tail,
    sampleRate: PEER_RATE_HZ,
  });
  for (const [channel, samples] of channels.entries()) buffer.copyToChannel(samples, channel);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(peer).connect(context.destination);
  source.start();
  const rendered = await context.startRendering();
  peer.destroy();
  return channels.map((_, channel) => rendered.getChannelData(channel));
}

/** Delay of a peer, measured on speech, which a denoiser lets through. */
export async function measurePeerDelay(name) {
  const noisy = await noisySpeech(PEER_RATE_HZ, 3);
  const [enhanced] = await renderThroughPeer(name, [noisy], MOST_DELAY);
  return delayBetween(noisy, enhanced, MOST_DELAY, { length: noisy.length });
}

/** Fetches planar float32 samples from `url`, renders them and posts the result back there. */
export async function enhanceWithPeer(name, url, channelCount, tail) {
  const noisy = new Float32Array(await (await fetch(url)).arrayBuffer());
  const length = noisy.length / channelCount;
  const channels = Array.from({ length: channelCount }, (_, channel) =>
    noisy.slice(channel * length, (channel + 1) * length),
  );
  const enhanced = await renderThroughPeer(name, channels, tail);
  const response = await fetch(url, { method: 'POST', body: new Blob(enhanced) });
  if (!response.ok) throw new Error(await response.text());
}
