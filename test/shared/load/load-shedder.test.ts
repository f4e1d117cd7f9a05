import { expect } from '@esm-bundle/chai';
import { LoadShedder } from '../../../src/shared/load/load-shedder.ts';

describe('LoadShedder', () => {
  it('sheds nothing as long as the nodes catch up now and then', () => {
    const shedder = new LoadShedder();
    for (let now = 0; now < 60_000; now += 10) {
      if (now % 900 === 0) shedder.caughtUp(now);
      expect(shedder.toShed(now, 5)).to.equal(0);
    }
  });

  it('is not fooled by nodes that have caught up because their samples were thrown away', () => {
    const shedder = new LoadShedder();
    shedder.caughtUp(0);
    // Every 350 ms the ring is full, is emptied, and fills again.
    let shedAt: number | undefined;
    for (let now = 10; now < 3000 && shedAt === undefined; now += 10) {
      if (now % 350 === 0) shedder.lost(now);
      if (now % 350 === 10) shedder.caughtUp(now);
      if (shedder.toShed(now, 1) === 1) shedAt = now;
    }
    // The first loss may be a standstill; a second of them is not.
    expect(shedAt).to.equal(1350);
  });

  it('forgives a single standstill, however long it was and whatever was lost in it', () => {
    for (const standstill of [450, 1500, 3_600_000]) {
      const shedder = new LoadShedder();
      shedder.caughtUp(0);
      shedder.lost(standstill);
      expect(shedder.toShed(standstill, 1)).to.equal(0);
      for (let now = standstill + 10; now < standstill + 5000; now += 10) {
        shedder.caughtUp(now);
        expect(shedder.toShed(now, 1)).to.equal(0);
      }
    }
  });

  it('sheds a quarter at once, at least one, and gives each round time to take effect', () => {
    const shedder = new LoadShedder();
    shedder.caughtUp(0);
    const rounds: [number, number][] = [];
    for (let now = 0; now < 2600; now += 10) {
      const served = 8 - rounds.reduce((sum, [, count]) => sum + count, 0);
      const count = shedder.toShed(now, served);
      if (count > 0) rounds.push([now, count]);
    }
    expect(rounds).to.deep.equal([
      [1000, 2],
      [1500, 2],
      [2000, 1],
      [2500, 1],
    ]);
  });

  it('waits two steps longer where these are long', () => {
    const shedder = new LoadShedder();
    shedder.stepMs = 2500;
    shedder.caughtUp(0);
    expect(shedder.toShed(5990, 2)).to.equal(0);
    expect(shedder.toShed(6000, 2)).to.equal(1);
    // The load of before is forgotten after eight steps.
    expect(shedder.mayReturn(6000 + 21_900, 1, 0.3)).to.equal(false);
    expect(shedder.mayReturn(6000 + 22_000, 1, 0.3)).to.equal(true);
  });

  it('takes nobody back who would be too much', () => {
    const shedder = new LoadShedder();
    for (let now = 0; now < 60_000; now += 100) expect(shedder.mayReturn(now, 4, 0.7)).to.equal(false);
  });

  it('takes one back after two seconds of room, and doubles its patience each time that was too early', () => {
    const shedder = new LoadShedder();
    let now = 0;
    const waits: number[] = [];
    for (let round = 0; round < 7; round++) {
      shedder.caughtUp(now);
      now += 1000;
      expect(shedder.toShed(now, 4)).to.equal(1);
      shedder.caughtUp(now);
      const start = now;
      while (!shedder.mayReturn(now, 3, 0.3)) {
        now += 100;
        shedder.caughtUp(now);
      }
      waits.push(now - start);
    }
    expect(waits).to.deep.equal([2000, 4000, 8000, 16000, 32000, 60000, 60000]);
  });

  it('forgets its caution when a node leaves, and when a return has held', () => {
    const shedder = new LoadShedder();
    const shedAndWait = (from: number): number => {
      shedder.caughtUp(from);
      expect(shedder.toShed(from + 1000, 4)).to.equal(1);
      let now = from + 1000;
      while (!shedder.mayReturn(now, 3, 0.3)) now += 100;
      return now;
    };
    let now = shedAndWait(0);
    now = shedAndWait(now);
    shedder.relieve();
    let start = now + 20_000;
    now = shedAndWait(start);
    expect(now - start - 1000).to.equal(2000);
    now = shedAndWait(now);
    expect(shedder.mayReturn(now + 10_000, 3, 0.9)).to.equal(false);
    start = now + 10_000;
    now = shedAndWait(start);
    expect(now - start - 1000).to.equal(2000);
  });
});
