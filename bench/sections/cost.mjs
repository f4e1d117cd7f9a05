/**
 * Computing time per 10 ms of sound: in a worker as fast as it goes, paced like live sound, and in an
 * OfflineAudioContext.
 */
import { readManifest } from '../../tools/models.mjs';
import { callInPage, withPage } from '../harness/browser.mjs';
import { atLeast, atMost, figure } from '../harness/figures.mjs';
import { mean, median, quantile } from '../harness/statistics.mjs';
import { PRODUCT_MACS } from '../pages/product-tick.mjs';

export const title = 'Computing time per 10 ms of sound, one stream, one core';

const PEER_NAMES = ['rnnoise', 'gtcrn'];

/** What our own models are held to. */
const BARS = {
  base: { arithmetic: 80, tightMs: 1.5, pacedP99Ms: 6, timesGtcrn: { tight: 0.75, paced: 1, rendering: 0.85 } },
  tiny: { tightMs: 0.7, timesGtcrn: { tight: 0.4, paced: 1, rendering: 1 } },
};

export async function measure({ browser, isolated, models, quick }) {
  const names = [...models, ...PEER_NAMES];
  const [rounds, seconds] = quick ? [6, 10] : [20, 30];
  return withPage(browser, isolated.origin, async (page) => {
    const inPage = (module, exported, ...args) => callInPage(page, `/bench/pages/${module}.mjs`, exported, ...args);
    const tight = await inPage('contenders', 'measureTight', [...names, 'product'], { rounds, ticks: 100 });
    const paced = await inPage('contenders', 'measurePaced', names, { rounds: rounds / 2, ticks: quick ? 200 : 400 });
    const rendering = await inPage('offline', 'measureRendering', ['', ...names], { rounds: rounds / 2, seconds });
    const macsPerMicro = PRODUCT_MACS / median(tight.product);
    const micros = (ms) => (1000 * ms) / (100 * seconds);
    const empty = micros(median(rendering['']));
    const data = Object.fromEntries(
      names.map((name) => [
        name,
        {
          tightMicros: median(tight[name]),
          pacedMicros: { mean: mean(paced[name]), p50: median(paced[name]), p99: quantile(paced[name], 0.99) },
          ...(models.includes(name)
            ? {
                arithmeticPercent: (100 * readManifest(name).cost.macsPerHop) / macsPerMicro / median(tight[name]),
              }
            : {}),
          renderingMicros: micros(median(rendering[name])) - empty,
          timesGtcrn: {
            tight: median(tight[name]) / median(tight.gtcrn),
            paced: mean(paced[name]) / mean(paced.gtcrn),
            rendering: (micros(median(rendering[name])) - empty) / (micros(median(rendering.gtcrn)) - empty),
          },
        },
      ]),
    );
    return {
      data: { ...data, emptyContextMicros: empty, macsPerMicro },
      figures: [
        figure('our kernel of products', macsPerMicro / 1000, 'GMAC/s'),
        ...names.flatMap((name) => figuresOf(name, data[name])),
      ],
    };
  });
}

function figuresOf(name, { tightMicros, pacedMicros, arithmeticPercent, renderingMicros, timesGtcrn }) {
  const { tightMs, pacedP99Ms, arithmetic, timesGtcrn: most = {} } = BARS[name] ?? {};
  return [
    figure(`${name}, tight loop in a worker`, tightMicros, 'µs', optional(tightMs && 1000 * tightMs)),
    ...(arithmeticPercent === undefined
      ? []
      : [
          figure(
            `${name}, multiply-adds, of the tight loop`,
            arithmeticPercent,
            '%',
            arithmetic && atLeast(arithmetic),
          ),
        ]),
    figure(`${name}, paced, mean`, pacedMicros.mean, 'µs'),
    figure(`${name}, paced, p50`, pacedMicros.p50, 'µs'),
    figure(`${name}, paced, p99`, pacedMicros.p99, 'µs', optional(pacedP99Ms && 1000 * pacedP99Ms)),
    figure(`${name}, in an OfflineAudioContext`, renderingMicros, 'µs'),
    ...(name === 'gtcrn'
      ? []
      : [
          figure(`${name} beside gtcrn, tight loop`, timesGtcrn.tight, '×', optional(most.tight)),
          figure(`${name} beside gtcrn, paced, mean`, timesGtcrn.paced, '×', optional(most.paced)),
          figure(
            `${name} beside gtcrn, in an OfflineAudioContext`,
            timesGtcrn.rendering,
            '×',
            optional(most.rendering),
          ),
        ]),
  ];
}

function optional(limit) {
  return limit === undefined ? undefined : atMost(limit);
}
