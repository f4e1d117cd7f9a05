/**
 * The two weight files of mel-latent, 17 MB each, are kept in the repository without what repeats in them: 19 MB
 * together. To the bit the same, by the SHA-256 of their manifests.
 *
 *   node tools/weights.mjs          writes the files that are missing; npm install and npm run build do it
 *   node tools/weights.mjs pack     after an export: writes what the repository keeps; takes some minutes
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompressSync, constants } from 'node:zlib';
import { readManifest } from './models.mjs';

const FOLDER = new URL('../models/classic/mel-latent/', import.meta.url);

/**
 * A weight file, and the model whose manifest states its hash. `from`: what is kept is the difference from another
 * file, byte by byte. Both networks began with the same weights, so that most bytes of the large layers differ by
 * little or nothing.
 */
const PACKED = [
  { file: 'weights.bin', model: 'mel-latent' },
  { file: 'feature-level-weights.bin', model: 'mel-latent/feature-level', from: 'weights.bin' },
];

/** Writes every weight file that is not there. One that differs from its manifest is an error. */
export function unpackWeights() {
  for (const packed of PACKED) {
    const url = new URL(packed.file, FOLDER);
    if (existsSync(url)) continue;
    const unfinished = new URL(`${packed.file}.part`, FOLDER);
    writeFileSync(unfinished, unpacked(packed));
    renameSync(unfinished, url);
  }
}

/** Throws where what the repository keeps does not unpack to the bytes of which the manifests have the hashes. */
export function checkPackedWeights() {
  for (const packed of PACKED) unpacked(packed);
}

function unpacked({ file, model, from }) {
  const bytes = brotliDecompressSync(readFileSync(new URL(`${file}.br`, FOLDER)));
  if (from !== undefined) add(bytes, readFileSync(new URL(from, FOLDER)), 1);
  const { sha256 } = readManifest(model).files[file];
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256)
    throw new Error(
      `${file}.br: expected SHA-256 ${sha256} of ${model}, got ${found}: run node tools/weights.mjs pack.`,
    );
  return bytes;
}

async function pack() {
  await Promise.all(
    PACKED.map(async ({ file, from }) => {
      const bytes = readFileSync(new URL(file, FOLDER));
      if (from !== undefined) add(bytes, readFileSync(new URL(from, FOLDER)), -1);
      const params = {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      };
      writeFileSync(new URL(`${file}.br`, FOLDER), await promisify(brotliCompress)(bytes, { params }));
    }),
  );
}

/** Adds, or takes away, another file's bytes, modulo 256. */
function add(bytes, others, sign) {
  if (bytes.length !== others.length) throw new RangeError(`Expected ${others.length} bytes, got ${bytes.length}.`);
  for (let i = 0; i < bytes.length; i++) bytes[i] += sign * others[i];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv[2] === 'pack') await pack();
  else unpackWeights();
}
