import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const { atLeast, atMost, figure, tableOf } = await import(
  new URL('../../bench/harness/figures.mjs', import.meta.url).href
);
const { mean, median, quantile } = await import(new URL('../../bench/harness/statistics.mjs', import.meta.url).href);

describe('figure', () => {
  it('meets a bar that it touches, and misses it beyond', () => {
    assert.equal(figure('latency', 33, 'ms', atMost(33)).met, true);
    assert.equal(figure('latency', 33.1, 'ms', atMost(33)).met, false);
    assert.equal(figure('speed', 15, '×', atLeast(15)).met, true);
    assert.equal(figure('speed', 14.9, '×', atLeast(15)).met, false);
  });

  it('does not meet a bar with what is not a number', () => {
    assert.equal(figure('latency', Number.NaN, 'ms', atMost(33)).met, false);
  });

  it('says nothing about bars where there is none', () => {
    assert.deepEqual(figure('latency', 1, 'ms'), { label: 'latency', value: 1, unit: 'ms' });
  });
});

describe('tableOf', () => {
  it('lines up figures, units, bars and verdicts', () => {
    const lines = tableOf([
      figure('a', 1234.5, 'µs', atMost(1500)),
      figure('longer', 0.0123456, '×', atLeast(1)),
      figure('c', 7, ''),
    ]);
    assert.deepEqual(lines, [
      '  a        1235 µs  ≤ 1500  met',
      '  longer  0.0123 ×  ≥ 1     NOT MET',
      '  c              7',
    ]);
  });
});

describe('statistics', () => {
  it('take quantiles between neighbours and leave their input as it is', () => {
    const values = [4, 1, 3, 2];
    assert.equal(median(values), 2.5);
    assert.equal(quantile(values, 0), 1);
    assert.equal(quantile(values, 1), 4);
    assert.equal(quantile(values, 0.9), 3.7);
    assert.deepEqual(values, [4, 1, 3, 2]);
    assert.equal(mean(values), 2.5);
  });

  it('have no quantile of nothing', () => {
    assert.ok(Number.isNaN(median([])));
  });
});
