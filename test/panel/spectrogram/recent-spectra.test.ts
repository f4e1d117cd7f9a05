import { expect } from '@esm-bundle/chai';
import { RecentSpectra } from '../../../src/panel/spectrogram/recent-spectra.ts';
import { until } from '../../main/support.ts';

describe('RecentSpectra', () => {
  for (const sampleRate of [8000, 48000, 96000]) {
    it(`knows at ${sampleRate} Hz what sounded when, however late it is asked`, async () => {
      const context = new AudioContext({ sampleRate });
      const analyser = new AnalyserNode(context);
      const tone = new OscillatorNode(context, { frequency: 1000 });
      const gate = new GainNode(context, { gain: 0 });
      tone.connect(gate).connect(analyser);
      const spectra = new RecentSpectra(analyser);
      const power = new Float32Array(spectra.bins);
      /** Level of the tone in the window that ended at a time, dBFS; undefined where that is not remembered. */
      const levelAt = (seconds: number): number | undefined =>
        spectra.powerAt(seconds, power)
          ? 10 * Math.log10(Math.max(1e-12, power[Math.round((1000 / sampleRate) * 2 * spectra.bins)]))
          : undefined;
      await until('the clock runs', () => context.currentTime > 0);
      tone.start();
      let start = 0;
      let now = Number.POSITIVE_INFINITY;
      // Windows before and after the beginning of the tone must be in the memory at the same time: a busy machine may
      // look too late, and tries again.
      while (now > start + 0.1) {
        gate.gain.setValueAtTime(0, context.currentTime);
        start = context.currentTime + 0.3;
        gate.gain.setValueAtTime(1, start);
        await until('the tone sounds', () => context.currentTime > start + 0.06);
        spectra.listen();
        now = context.currentTime;
      }
      expect(levelAt(start - 0.02)).to.be.lessThan(-80);
      expect(levelAt(now)).to.be.within(-3, 0.1);
      expect(levelAt(now - 1)).to.equal(undefined);
      expect(levelAt(now + 1)).to.equal(undefined);
      await context.close();
    });
  }
});
