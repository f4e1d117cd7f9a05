import { expect } from '@esm-bundle/chai';
import { Deck } from '../../../demo/studio/worklet/deck.ts';
import { noise } from '../../engine/signals.ts';

const RATE = 48000;
const QUANTUM = 128;
/** Longer than any ramp of the deck. */
const SETTLED = 1024;

/** Plays a deck of pieces of these lengths, with an action before some quanta. */
function play(deck: Deck, quanta: number, actions: Record<number, () => void> = {}): Float32Array {
  const heard = new Float32Array(quanta * QUANTUM);
  for (let i = 0; i < quanta; i++) {
    actions[i]?.();
    deck.render([heard.subarray(i * QUANTUM, (i + 1) * QUANTUM)]);
  }
  return heard;
}

/** Pushes two signals in pieces of sizes that no quantum divides. */
function load(deck: Deck, before: Float32Array, after: Float32Array): void {
  const sizes = [1000, 37, 4801, 1, 2999];
  for (let start = 0, i = 0; start < before.length; i++) {
    const end = Math.min(before.length, start + sizes[i % sizes.length]);
    deck.push({ before: [before.slice(start, end)], after: [after.slice(start, end)] }, end === before.length);
    start = end;
  }
}

describe('Deck', () => {
  const length = 40_000;
  const before = noise(length, 1);
  const after = noise(length, 2);

  it('switches while it plays without skipping, repeating or moving a sample', () => {
    const deck = new Deck(RATE);
    load(deck, before, after);
    deck.run(true);
    const heard = play(deck, 280, {
      60: () => deck.listen(0.5, 0),
      120: () => deck.listen(2, -2),
      180: () => deck.listen(0, 1),
      181: () => deck.listen(0.5, 0),
    });
    const expectAt = (from: number, to: number, sample: (n: number) => number) => {
      for (let n = from; n < to; n++) expect(heard[n]).to.be.closeTo(sample(n), 1e-6, `sample ${n}`);
    };
    expectAt(SETTLED, 60 * QUANTUM, (n) => after[n]);
    expectAt(60 * QUANTUM + SETTLED, 120 * QUANTUM, (n) => 0.5 * before[n]);
    expectAt(120 * QUANTUM + SETTLED, 180 * QUANTUM, (n) => 2 * (before[n] - after[n]));
    expectAt(181 * QUANTUM + SETTLED, 280 * QUANTUM, (n) => 0.5 * before[n]);
  });

  it('fades between versions in a straight line, so that what they share keeps its level', () => {
    const deck = new Deck(RATE);
    const steady = new Float32Array(length).fill(0.5);
    load(deck, steady, steady);
    deck.run(true);
    const heard = play(deck, 100, { 50: () => deck.listen(1, 0) });
    for (let n = SETTLED; n < heard.length; n++) expect(heard[n]).to.be.closeTo(0.5, 1e-6, `sample ${n}`);
  });

  it('begins, pauses and seeks without a jump, and goes on where it stopped', () => {
    const deck = new Deck(RATE);
    const steady = new Float32Array(length).fill(1);
    load(deck, steady, steady);
    deck.run(true);
    let consumed = 0;
    const heard = play(deck, 200, {
      40: () => deck.run(false),
      80: () => {
        consumed = deck.consumed;
        deck.run(true);
      },
      120: () => {
        deck.seek();
        load(deck, steady, steady);
      },
    });
    for (let n = 1; n < heard.length; n++)
      expect(Math.abs(heard[n] - heard[n - 1])).to.be.at.most(0.005, `between samples ${n - 1} and ${n}`);
    expect(heard[0]).to.be.at.most(0.005);
    expect(heard[79 * QUANTUM]).to.equal(0);
    expect(consumed).to.be.within(40 * QUANTUM, 40 * QUANTUM + SETTLED);
    expect(heard[119 * QUANTUM]).to.equal(1);
    // Counted anew since the seek.
    expect(deck.consumed).to.be.within(80 * QUANTUM - SETTLED, 80 * QUANTUM);
  });

  it('plays everything to the last sample and then silence, and says that it has ended', () => {
    const deck = new Deck(RATE);
    load(deck, before.slice(0, 5000), after.slice(0, 5000));
    deck.run(true);
    const heard = play(deck, 50);
    expect(heard[4999]).to.be.closeTo(after[4999], 1e-6);
    expect(heard.subarray(5000).every((sample) => sample === 0)).to.equal(true);
    expect([deck.consumed, deck.hasEnded]).to.deep.equal([5000, true]);
  });

  it('is silent while it starves, and goes on with the next sample', () => {
    const deck = new Deck(RATE);
    deck.push({ before: [before.slice(0, 1000)], after: [after.slice(0, 1000)] }, false);
    deck.run(true);
    const heard = play(deck, 60, {
      20: () => deck.push({ before: [before.slice(1000, 9000)], after: [after.slice(1000, 9000)] }, true),
    });
    expect(heard.subarray(1000, 20 * QUANTUM).every((sample) => sample === 0)).to.equal(true);
    const at = 20 * QUANTUM + SETTLED;
    expect(heard[at]).to.be.closeTo(after[1000 + SETTLED], 1e-6);
    expect(deck.hasEnded).to.equal(false);
  });

  it('sends one channel to both loudspeakers', () => {
    const deck = new Deck(RATE);
    load(deck, before, after);
    deck.run(true);
    const [left, right] = [new Float32Array(4096), new Float32Array(4096)];
    deck.render([left, right]);
    expect(right).to.deep.equal(left);
  });
});
