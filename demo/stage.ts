import type { DenoiseMetrics } from 'denoise-node';
import type { LevelMeter } from '../src/panel/level-meter.ts';
import type { SpectrogramView } from '../src/panel/spectrogram-view.ts';
import type { Player } from './player.ts';

const FIGURES_MS = 250;

/** What the page shows of the running sound: two pictures, two levels, and figures at a calmer pace. */
export interface Stage {
  readonly pictures: readonly [before: SpectrogramView, after: SpectrogramView];
  readonly meters: readonly [before: LevelMeter, after: LevelMeter];
  /** Four times a second. */
  readonly showFigures: (metrics: DenoiseMetrics) => void;
}

/** Draws while the page is visible; browsers give no frames to a hidden one. Returns what ends it. */
export function animate(stage: Stage, player: Player): () => void {
  const analysers = [player.before, player.after] as const;
  analysers.forEach((analyser, i) => {
    stage.pictures[i].analyser = analyser;
  });
  const samples = new Float32Array(player.before.fftSize);
  let figuresAt = 0;
  let frame = requestAnimationFrame(function draw(now) {
    frame = requestAnimationFrame(draw);
    analysers.forEach((analyser, i) => {
      stage.pictures[i].draw();
      stage.meters[i].level = player.context.state === 'running' ? levelOf(analyser, samples) : Number.NEGATIVE_INFINITY;
    });
    if (now - figuresAt < FIGURES_MS) return;
    figuresAt = now;
    stage.showFigures(player.node.getMetrics());
  });
  return () => cancelAnimationFrame(frame);
}

/** Root-mean-square level of the last moment, dBFS. */
function levelOf(analyser: AnalyserNode, samples: Float32Array<ArrayBuffer>): number {
  analyser.getFloatTimeDomainData(samples);
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return 10 * Math.log10(sum / samples.length);
}
