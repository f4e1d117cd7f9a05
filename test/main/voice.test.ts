import { expect } from '@esm-bundle/chai';
import { needsPauses, needsSound } from '../support/browser-limits.ts';
import { DenoiseNode, type DenoiseNode as Node, noise, noisySpeech, play, renderOffline, until } from './support.ts';

const RATE = 48000;

interface VoiceChange {
  readonly type: string;
  readonly time: number;
}

/** What a node tells of a voice from now on. */
function voiceOf(node: Node): VoiceChange[] {
  const changes: VoiceChange[] = [];
  for (const type of ['voicestart', 'voiceend'] as const)
    node.addEventListener(type, ({ detail }) => changes.push({ type, time: detail.time }));
  return changes;
}

/** Seconds of quiet noise with the noisy recording in it, from `at` on. */
async function speechAt(at: number, seconds: number): Promise<Float32Array<ArrayBuffer>> {
  const samples = noise(seconds * RATE, 0.01);
  const speech = await noisySpeech(RATE);
  for (let i = 0; i < speech.length; i++) samples[at * RATE + i] += speech[i];
  return samples;
}

const typesOf = (changes: readonly VoiceChange[]): string[] => changes.map(({ type }) => type);

describe('voicestart and voiceend', () => {
  for (const transport of ['shared', 'message'] as const) {
    it(`tell when somebody speaks, in an OfflineAudioContext in ${transport} mode`, async function () {
      if (transport === 'message') needsPauses(this);
      let changes: VoiceChange[] = [];
      const sound = await speechAt(3, 9);
      // The sound of the recording ends after 3.2 s; a hold this long bridges all of its pauses.
      await renderOffline([sound], RATE, { transport, voiceHoldMs: 1500 }, (node) => {
        changes = voiceOf(node);
      });
      await until('both events have come', () => changes.length >= 2);
      expect(typesOf(changes)).to.deep.equal(['voicestart', 'voiceend']);
      expect(changes[0].time).to.be.within(2.9, 4);
      expect(changes[1].time).to.be.within(5.5, 6.8);
    });
  }

  it('say nothing of noise alone', async () => {
    let changes: VoiceChange[] = [];
    const { node } = await renderOffline([noise(10 * RATE, 0.1)], RATE, {}, (rendering) => {
      changes = voiceOf(rendering);
    });
    await until('all has been heard', () => node.state === 'disposed');
    expect(changes).to.deep.equal([]);
  });

  for (const transport of ['shared', 'message'] as const) {
    it(`come from a live node that is muted and connected to nothing, in ${transport} mode`, async function () {
      await needsSound(this);
      const context = new AudioContext({ sampleRate: RATE });
      const node = new DenoiseNode(context, { transport, outputGain: -60 });
      node.bypass.value = 1;
      const changes = voiceOf(node);
      node.connect(context.destination);
      node.disconnect();
      await node.ready;
      const source = play(context, await speechAt(0, 6));
      source.loop = true;
      source.connect(node);
      const before = context.currentTime;
      source.start();
      await until('a voice has begun and ended', () => changes.length >= 2, 20_000);
      expect(typesOf(changes.slice(0, 2))).to.deep.equal(['voicestart', 'voiceend']);
      expect(changes[0].time).to.be.greaterThan(before);
      expect(changes[1].time).to.be.greaterThan(changes[0].time + 0.3);
      expect(context.currentTime).to.be.greaterThan(changes[1].time + 0.8);
      await node.dispose();
      const told = changes.length;
      const end = context.currentTime + 1;
      await until('a second has passed', () => context.currentTime > end);
      expect(changes.length).to.equal(told);
      await context.close();
    });
  }

  it('need a hold that is a time', () => {
    const context = new OfflineAudioContext(1, 128, RATE);
    expect(() => new DenoiseNode(context, { voiceHoldMs: -1 })).to.throw(
      RangeError,
      '"voiceHoldMs": expected 0 to 10000',
    );
    expect(() => new DenoiseNode(context, { voiceHoldMs: '1s' as unknown as number })).to.throw(
      TypeError,
      'voiceHoldMs',
    );
  });
});
