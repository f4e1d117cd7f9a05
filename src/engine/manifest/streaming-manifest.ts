import type { Hertz, Samples } from '../../shared/units.ts';
import { mostWindowSamples } from './ceilings.ts';
import type { Field } from './manifest-field.ts';
import type { ModelHead } from './model-head.ts';

/** A model whose step takes one hop of a short-time Fourier transform, and which carries a memory to the next. */
export interface StreamingManifest extends ModelHead {
  readonly framing: StreamingFraming;
  readonly features: CompressedComplexFeatures;
  /** Bands in which the graph takes its features and gives its estimate; without them it works on bins. */
  readonly bands?: Bands;
  readonly estimate: MaskEstimate;
  readonly rebuild: { readonly kind: 'noisy-phase' };
}

export interface StreamingFraming {
  readonly kind: 'streaming';
  readonly hopSamples: Samples;
  readonly windowSamples: Samples;
  readonly fftSamples: Samples;
  readonly window: 'asymmetric-sqrt-hann';
  readonly overlapSamples: Samples;
  readonly lookAheadHops: number;
}

/** |X|^c and X·|X|^(c−1); `floor` bounds |X| from below in the second factor. */
export interface CompressedComplexFeatures {
  readonly kind: 'compressed-complex';
  readonly exponent: number;
  readonly floor: number;
}

/**
 * Centres of the bands in bins, fractions allowed: from 0 to the last bin, each at least 1 above the one before. See
 * bands.ts.
 */
export interface Bands {
  readonly centreBins: readonly number[];
}

/** A gain for each bin or band, complex or real. */
export interface MaskEstimate {
  readonly kind: 'complex-mask' | 'mask';
}

/** Values in a row of a streaming model's features or estimate: bands where the model has them, bins otherwise. */
export function graphColumns(manifest: Pick<StreamingManifest, 'bands' | 'framing'>): number {
  return manifest.bands?.centreBins.length ?? Math.floor(manifest.framing.fftSamples / 2) + 1;
}

/** Reads and checks what the manifest of a streaming model states besides its head. */
export function readStreaming(root: Field, sampleRateHz: Hertz): Omit<StreamingManifest, keyof ModelHead> {
  const framing = readFraming(root.at('framing'), sampleRateHz);
  const bands = readBands(root.at('bands'), Math.floor(framing.fftSamples / 2));
  const parts = {
    framing,
    features: readFeatures(root.at('features')),
    ...(bands === undefined ? {} : { bands }),
    estimate: { kind: root.at('estimate').at('kind').oneOf(['complex-mask', 'mask']) },
    rebuild: { kind: root.at('rebuild').at('kind').oneOf(['noisy-phase']) },
  };
  const columns = graphColumns(parts);
  const graph = root.at('graph');
  graph.at('input').at('shape').shape([-1, 3, columns]);
  graph
    .at('output')
    .at('shape')
    .shape([-1, parts.estimate.kind === 'complex-mask' ? 2 : 1, columns]);
  return parts;
}

function readFraming(field: Field, sampleRateHz: Hertz): StreamingFraming {
  const most = mostWindowSamples(sampleRateHz);
  const hopSamples = field.at('hopSamples').whole(1, most);
  const windowSamples = field.at('windowSamples').whole(hopSamples, most);
  return {
    kind: 'streaming',
    hopSamples,
    windowSamples,
    fftSamples: field.at('fftSamples').fftLength(windowSamples, most),
    window: field.at('window').oneOf(['asymmetric-sqrt-hann']),
    // The two slopes of the synthesis window may not meet, and the frame must hold both.
    overlapSamples: field.at('overlapSamples').whole(1, Math.min(hopSamples, windowSamples - hopSamples)),
    lookAheadHops: field.at('lookAheadHops').whole(0, 0),
  };
}

function readFeatures(field: Field): CompressedComplexFeatures {
  const kind = field.at('kind').oneOf(['compressed-complex']);
  return { kind, exponent: field.at('exponent').number(0, 1), floor: field.at('floor').number(1e-12, 1) };
}

function readBands(field: Field, lastBin: number): Bands | undefined {
  if (field.missing()) return undefined;
  const centres = field.at('centreBins').list(lastBin + 1);
  if (centres.length < 2) field.at('centreBins').fail('at least two centres');
  const centreBins: number[] = [];
  centres.forEach((centre, i) => {
    const least = i === 0 ? 0 : centreBins[i - 1] + 1;
    const isEnd = i === 0 || i === centres.length - 1;
    centreBins.push(
      isEnd ? centre.number(i === 0 ? 0 : lastBin, i === 0 ? 0 : lastBin) : centre.number(least, lastBin - 1),
    );
  });
  return { centreBins };
}
