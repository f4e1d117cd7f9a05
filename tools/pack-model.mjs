/**
 * One file for each model, for bundlers that follow files and make a module of what is called `.json`.
 * src/engine/graph/packed-model.ts reads it.
 */
import { readFileSync } from 'node:fs';

const BEGINNING = 'denoise-model 2\n';

/**
 * @param {URL} manifestUrl of a model's folder
 * @returns {Buffer} beginning, length of the manifest (32 bits, little-endian), manifest, files in its order; of all
 *   but JSON first the even bytes, then the odd ones
 */
export function packModel(manifestUrl) {
  const parsed = JSON.parse(readFileSync(manifestUrl, 'utf8'));
  const manifest = Buffer.from(JSON.stringify(parsed));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(manifest.length);
  const files = Object.keys(parsed.files).map((name) => {
    const bytes = readFileSync(new URL(name, manifestUrl));
    return name.endsWith('.json') ? bytes : planesOf(bytes);
  });
  return Buffer.concat([Buffer.from(BEGINNING), length, manifest, ...files]);
}

/** Of float16 signs and exponents compress where fractions, which do not, stand apart; bytes do not mind. */
function planesOf(bytes) {
  const planes = Buffer.alloc(bytes.length);
  const half = Math.ceil(bytes.length / 2);
  bytes.forEach((byte, i) => {
    planes[(i >> 1) + (i % 2) * half] = byte;
  });
  return planes;
}
