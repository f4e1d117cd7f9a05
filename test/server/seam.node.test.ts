import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Seam } from '../../src/server/pool/seam.ts';

const constant = (value: number, frames: number) => ({ planes: [new Float32Array(frames).fill(value)], frames });

describe('Seam', () => {
  it('leaves sound as it is where it comes from one place', () => {
    const seam = new Seam(1, 4);
    for (const value of [0.5, -0.5]) {
      const piece = constant(value, 10);
      seam.pass(piece);
      assert.deepEqual(piece, constant(value, 10));
    }
  });

  it('begins where the sound before ended, and glides in a straight line, however it is cut', () => {
    for (const cut of [1, 2, 3, 8]) {
      const seam = new Seam(1, 4);
      seam.pass(constant(1, 3));
      seam.open();
      const heard: number[] = [];
      for (let n = 0; n < 8; n += cut) {
        const piece = constant(0, Math.min(cut, 8 - n));
        seam.pass(piece);
        heard.push(...piece.planes[0]);
      }
      assert.deepEqual(heard, [1, 0.75, 0.5, 0.25, 0, 0, 0, 0], `pieces of ${cut}`);
    }
  });

  it('starts from where it is when sound changes again while it glides', () => {
    const seam = new Seam(1, 2);
    seam.pass(constant(1, 1));
    seam.open();
    const first = constant(0, 2);
    seam.pass(first);
    assert.deepEqual([...first.planes[0]], [1, 0.5]);
    seam.open();
    const second = constant(-1, 3);
    seam.pass(second);
    assert.deepEqual([...second.planes[0]], [0.5, -0.25, -1]);
  });
});
