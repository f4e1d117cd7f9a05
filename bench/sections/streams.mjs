/** What a stream costs when several share a worker: their hops go through the model in one batch. */
import { callInPage, withPage } from '../harness/browser.mjs';
import { atMost, figure } from '../harness/figures.mjs';
import { median } from '../harness/statistics.mjs';

export const title = 'Computing time per stream and 10 ms, tight loop, by streams in one batch';

const COUNTS = [1, 2, 4, 8];

/** Of what one stream costs alone. */
const MOST_OF_FOUR = 0.7;

export async function measure({ browser, isolated, models, quick }) {
  const data = {};
  for (const model of models) {
    const rounds = await withPage(browser, isolated.origin, (page) =>
      callInPage(page, '/bench/pages/contenders.mjs', 'measureStreams', model, COUNTS, {
        rounds: quick ? 6 : 20,
        ticks: 60,
      }),
    );
    const micros = Object.fromEntries(COUNTS.map((count) => [count, median(rounds[count]) / count]));
    data[model] = {
      microsPerStream: micros,
      ofOne: Object.fromEntries(COUNTS.map((count) => [count, micros[count] / micros[1]])),
    };
  }
  return { data, figures: models.flatMap((model) => figuresOf(model, data[model])) };
}

function figuresOf(model, { microsPerStream, ofOne }) {
  return COUNTS.flatMap((count) => [
    figure(`${model}, ${count} streams`, microsPerStream[count], 'µs'),
    ...(count === 1
      ? []
      : [
          figure(
            `${model}, ${count} streams, beside one`,
            ofOne[count],
            '×',
            count === 4 ? atMost(MOST_OF_FOUR) : undefined,
          ),
        ]),
  ]);
}
