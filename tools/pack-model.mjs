/**
 * One file for each model, for bundlers that follow files and make a module of what is called `.json`.
 * src/engine/graph/packed-model.ts reads it.
 */
import { readFileSync } from 'node:fs';

const BEGINNING = 'denoise-model 1\n';

/**
 * @param {URL} manifestUrl of a model's folder
 * @returns {Buffer} beginning, length of the manifest (32 bits, little-endian), manifest, files in its order
 */
export function packModel(manifestUrl) {
  const parsed = JSON.parse(readFileSync(manifestUrl, 'utf8'));
  const manifest = Buffer.from(JSON.stringify(parsed));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(manifest.length);
  const files = Object.keys(parsed.files).map((name) => readFileSync(new URL(name, manifestUrl)));
  return Buffer.concat([Buffer.from(BEGINNING), length, manifest, ...files]);
}
