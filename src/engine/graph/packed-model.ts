/**
 * In:     a model in one file, as `tools/pack-model.mjs` writes it: beginning, length of the manifest, the manifest,
 *         then the files that it lists, one after the other, all but JSON with their even bytes first
 * Out:    the manifest, not yet read, and each file's bytes, not yet verified, to model-files.ts
 * Thread: [worker], or whoever runs the engine
 */
import { DenoiseError } from '../../shared/errors.ts';
import { shortened } from '../../shared/quoted.ts';
import { MOST_MANIFEST_BYTES } from '../manifest/ceilings.ts';
import type { Manifest } from '../manifest/manifest.ts';

/** What such a file begins with: what it is, and of which version. */
const BEGINNING = 'denoise-model 2\n';
/** Where the manifest's length stands, 32 bits, little-endian, and the manifest after it. */
const LENGTH_AT = BEGINNING.length;
const MANIFEST_AT = LENGTH_AT + 4;

export interface PackedModel {
  /** JSON, as UTF-8. */
  readonly manifest: Uint8Array<ArrayBuffer>;
  /** What follows the manifest. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

/** Takes a packed model apart. DenoiseError 'model-corrupt' where the bytes are none. */
export function openPacked(bytes: Uint8Array<ArrayBuffer>, where: string): PackedModel {
  const isPacked = new TextDecoder().decode(bytes.subarray(0, LENGTH_AT)) === BEGINNING;
  const length =
    isPacked && bytes.length >= MANIFEST_AT
      ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(LENGTH_AT, true)
      : Number.POSITIVE_INFINITY;
  if (length > MOST_MANIFEST_BYTES || MANIFEST_AT + length > bytes.length) {
    throw new DenoiseError(
      'model-corrupt',
      `${shortened(where)}: expected a packed model (NAME.bin of denoise-node), got ${bytes.length} bytes of ` +
        'something else. Check that the server has that file: many answer with a page where there is none.',
    );
  }
  const end = MANIFEST_AT + length;
  return { manifest: bytes.subarray(MANIFEST_AT, end), rest: bytes.subarray(end) };
}

/** The files of a packed model, cut at the sizes that the manifest states; short where bytes are missing. */
export function cutFiles(rest: Uint8Array<ArrayBuffer>, { files }: Manifest): Map<string, Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new Map(
    Object.entries(files).map(([name, { bytes }]) => {
      const file = rest.subarray(at, at + bytes);
      at += bytes;
      return [name, name.endsWith('.json') ? file : joined(file)];
    }),
  );
}

/** Bytes in their order, from the even ones and then the odd ones: apart they compress better. */
function joined(planes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(planes.length);
  const half = Math.ceil(planes.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = planes[(i >> 1) + (i % 2) * half];
  return bytes;
}
