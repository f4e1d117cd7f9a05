import type { Samples } from '../../shared/units.ts';
import { type BlockManifest, readBlock } from './block-manifest.ts';
import { Field } from './manifest-field.ts';
import { readHead } from './model-head.ts';
import { readStreaming, type StreamingManifest } from './streaming-manifest.ts';

/**
 * What the engine must know about a model, read from its `manifest.json` or from a variant beside it. Every number that
 * a model fixes comes from here. Two kinds: a streaming model takes a hop and carries a memory (streaming-manifest.ts),
 * a block model takes a whole spectrogram image (block-manifest.ts).
 */
export type Manifest = StreamingManifest | BlockManifest;

export type Framing = Manifest['framing'];

/** The kind of a model, as its manifest states it in `framing.kind`. */
export type ModelKind = Framing['kind'];

/** Whether a model takes blocks. */
export function takesBlocks(manifest: Manifest): manifest is BlockManifest {
  return manifest.framing.kind === 'block';
}

/** Shares for gains on a block's spectrum, and for Griffin-Lim, which transforms it back and forth dozens of times. */
const GAIN_SHARE = 1 / 4;
const GRIFFIN_LIM_SHARE = 1 / 2;

/**
 * The share of the time between two blocks that computing one may take in live use, for up to two channels: a node
 * keeps that much sound in reserve. 0 for streaming models.
 */
export function computingShare(manifest: Manifest): number {
  if (!takesBlocks(manifest)) return 0;
  return manifest.rebuild.kind === 'griffin-lim' ? GRIFFIN_LIM_SHARE : GAIN_SHARE;
}

/** New samples that one step of a model takes, and gives, at its rate: a hop, or a block without its overlap. */
export function advanceSamples(framing: Framing): Samples {
  return framing.kind === 'block' ? framing.blockSamples - framing.overlapSamples : framing.hopSamples;
}

/** Samples, at the model's rate, by which a step's output lags its input: the overlap, in both kinds. */
export function algorithmicDelaySamples(framing: Framing): Samples {
  return framing.overlapSamples;
}

/**
 * Checks every field of a parsed manifest. `where` names the file in messages.
 * Throws DenoiseError 'model-mismatch' that names the field, what was expected and what was found.
 */
export function readManifest(json: unknown, where: string): Manifest {
  const root = new Field(json, '', where);
  root.at('contract').oneOf([1]);
  const kind: ModelKind = root.at('framing').at('kind').oneOf(['streaming', 'block']);
  const head = readHead(root);
  const { sampleRateHz } = head;
  return kind === 'block'
    ? { ...head, ...readBlock(root, sampleRateHz) }
    : { ...head, ...readStreaming(root, sampleRateHz) };
}
