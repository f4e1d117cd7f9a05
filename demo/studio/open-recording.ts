/**
 * In:     a file of any format that files/ reads or the browser decodes
 * Out:    a WAV file, to lane.ts and player.ts: the file itself, or its samples
 * Thread: [main], because browsers decode nowhere else
 *
 * What the command line reads is read by the same code, a second at a time. Everything else is decoded by the browser,
 * at the file's own rate where its header states it. What is no WAV file becomes a WAV blob, which the browser may keep
 * outside of memory.
 */
import type { AudioReader } from '../../src/files/audio-file.ts';
import { BlobSink, type ByteSource, blobSource } from '../../src/files/byte-source.ts';
import { nextTask } from '../../src/files/next-task.ts';
import { isSoundKind, openSound } from '../../src/files/open-sound.ts';
import { isPlain } from '../../src/files/pcm/coding.ts';
import { PcmReader } from '../../src/files/pcm/pcm-reader.ts';
import { pieceFrames } from '../../src/files/piece-frames.ts';
import { type FileKind, type Recognised, recognise, refusalOf } from '../../src/files/recognise.ts';
import { frameBytes, type SampleFormat } from '../../src/files/sample-format.ts';
import { WavWriter } from '../../src/files/wav/wav-writer.ts';
import { channelsString, formatRate, formatSize, sampleFormatString } from './formatters.ts';
import { type Identity, identify } from './identify.ts';

/** A file that has been opened, as WAV. */
export interface Recording {
  readonly wav: Blob;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly frames: number;
  /** How samples of the result are stored. */
  readonly resultFormat: SampleFormat;
  /** What the file is, for example `WAV, 48 kHz, 24 bits, stereo`. */
  readonly facts: string;
  /** What of it the result keeps, one sentence. */
  readonly kept: string;
  /** What is wrong with the file, although it could be read. */
  readonly warnings: readonly string[];
}

const TAKEN = 'WAV, AIFF, CAF, FLAC, MP3, Ogg, Opus, M4A or WebM';

/** Browsers hold an encoded file in one array, which has a limit. */
const MOST_ENCODED_BYTES = 2 ** 31 - 1;
/** Where the header does not state a rate: the usual one of videos and calls. */
const USUAL_RATE_HZ = 48000;
/**
 * The most that becomes of a file, as a WAV file: for any file, and for each of its bytes. Four minutes of silence in
 * CD quality take no more than the first; speech and music in the thriftiest formats, 100 for each byte.
 */
const FREE_DECODED_BYTES = 1 << 27;
const MOST_EXPANSION = 500;
/** Of formats without a bit depth: finer than what they lose. */
const LOSSY_RESULT: SampleFormat = 'int24';

/** What decoders.ts decodes. */
const DECODED_HERE: readonly (FileKind | undefined)[] = ['MP3', 'MP3 in WAV', 'Opus', 'Ogg Vorbis', 'Ogg', undefined];
/** What browsers decode, the one or the other. */
const DECODED: readonly FileKind[] = [
  'MP3',
  'MP3 in WAV',
  'AAC',
  'Opus',
  'Ogg Vorbis',
  'Ogg FLAC',
  'Ogg',
  'MPEG-4',
  'WebM',
];

/**
 * Opens a file by what it contains, whatever its name says. Throws an Error with the reason, for the visitor; or the
 * signal's.
 */
export async function openRecording(file: Blob, signal: AbortSignal): Promise<Recording> {
  if (file.size === 0) throw new Error('The file is empty: 0 bytes.');
  const source = blobSource(file);
  const found = await recognise(source);
  signal.throwIfAborted();
  let opened: { kind: FileKind; reader: AudioReader } | undefined;
  try {
    opened = await openHere(source, found);
  } catch (cause) {
    // What these hold may be AAC, more channels and what else browsers know.
    const reason = cause instanceof Error ? cause.message : String(cause);
    return decoded(file, source, found, signal).catch((error: unknown) => {
      if (signal.aborted || found === undefined) throw error;
      throw new Error(`This ${found.kind} file cannot be read: ${reason}.`, { cause });
    });
  }
  if (opened === undefined) return decoded(file, source, found, signal);
  try {
    return await readHere(file, opened.kind, opened.reader, signal);
  } finally {
    opened.reader.close();
  }
}

/** By the code of the command line; undefined where the browser is to do it. */
async function openHere(
  source: ByteSource,
  found: Recognised | undefined,
): Promise<{ kind: FileKind; reader: AudioReader } | undefined> {
  if (found !== undefined && isSoundKind(found.kind))
    return { kind: found.kind, reader: await openSound(source, found.kind, found.start) };
  if (!DECODED_HERE.includes(found?.kind)) return undefined;
  const { openCompressed } = await import('./decoders.ts');
  return openCompressed(source, found);
}

/** By the code of the command line. A WAV file with plain samples stays where it is, others become one. */
async function readHere(file: Blob, kind: FileKind, reader: AudioReader, signal: AbortSignal): Promise<Recording> {
  const { sampleRateHz, channels } = reader;
  const rate = formatRate(sampleRateHz);
  const isLossy = DECODED_HERE.includes(kind);
  const format = isLossy ? LOSSY_RESULT : reader.format;
  const isWav = kind === 'WAV' && reader instanceof PcmReader && isPlain(reader.layout.coding);
  const { wav, frames } = isWav
    ? { wav: file, frames: reader.frames ?? 0 }
    : await toWavBlob(reader, isLossy ? 'float32' : format, file.size, signal).catch((cause: unknown) => {
        if (signal.aborted) throw cause;
        throw new Error(
          `This ${kind} file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
          {
            cause,
          },
        );
      });
  if (frames === 0) throw new Error('The file has a header and no sound.');
  return {
    wav,
    sampleRateHz,
    channels,
    frames,
    resultFormat: format,
    facts: [kind, rate, ...(isLossy ? [] : [sampleFormatString(format)]), channelsString(channels)].join(', '),
    kept: isLossy
      ? keptString(rate, rate, undefined, sampleFormatString(format))
      : `Rate, bit depth, channels and length are kept.${isWav ? '' : ' The result is a WAV file.'}`,
    warnings: reader.warnings,
  };
}

async function decoded(
  file: Blob,
  source: ByteSource,
  found: Recognised | undefined,
  signal: AbortSignal,
): Promise<Recording> {
  const identity: Identity = found === undefined ? { format: 'Unknown format' } : await identify(source, found);
  const { format, bits, sampleRateHz: ownRateHz = await claimedRate(source, found) } = identity;
  const buffer = await decode(file, found, ownRateHz ?? USUAL_RATE_HZ);
  signal.throwIfAborted();
  if (buffer.length === 0) throw new Error(`This ${format} file has no sound in it.`);
  const { sampleRate: sampleRateHz, numberOfChannels: channels, length: frames } = buffer;
  const { wav } = await toWavBlob(bufferReader(buffer), 'float32', file.size, signal);
  const resultFormat = bits === undefined ? LOSSY_RESULT : bits <= 16 ? 'int16' : 'int24';
  const rate = formatRate(sampleRateHz);
  return {
    wav,
    sampleRateHz,
    channels,
    frames,
    resultFormat,
    facts: [format, rate, ...(bits === undefined ? [] : [`${bits} bits`]), channelsString(channels)].join(', '),
    kept: keptString(ownRateHz === undefined ? undefined : rate, rate, bits, sampleFormatString(resultFormat)),
    warnings: [],
  };
}

function keptString(ownRate: string | undefined, rate: string, bits: number | undefined, result: string): string {
  const depth =
    bits === undefined
      ? `It has no bit depth of its own: the result is a WAV file of ${result}.`
      : `The result is a WAV file of ${result}.`;
  const rateKept =
    ownRate === undefined
      ? `The file does not state its rate: it was decoded at ${rate}.`
      : 'Rate, channels and length are kept.';
  return `${rateKept} ${depth}`;
}

async function decode(file: Blob, found: Recognised | undefined, rateHz: number): Promise<AudioBuffer> {
  if (file.size > MOST_ENCODED_BYTES) {
    throw new Error(
      `Browsers decode up to 2 GB at once, this file has ${formatSize(file.size)}. ` +
        'Turn it into a WAV file: those are read in pieces.',
    );
  }
  try {
    const bytes = await file.arrayBuffer();
    return await new OfflineAudioContext(1, 1, rateHz).decodeAudioData(bytes);
  } catch (cause) {
    throw new Error(undecodedString(found), { cause });
  }
}

function undecodedString(found: Recognised | undefined): string {
  if (found === undefined) return `Its content is no sound format that is known here. Try a whole ${TAKEN} file.`;
  if (DECODED.includes(found.kind))
    return `It begins as ${found.kind} does, but cannot be decoded. Try a whole ${TAKEN} file.`;
  return `This is ${refusalOf(found)}.`;
}

/** Decoded samples, as if they came from a file of 32-bit float. */
function bufferReader(buffer: AudioBuffer): AudioReader {
  const { sampleRate, numberOfChannels, length } = buffer;
  let done = 0;
  return {
    sampleRateHz: sampleRate,
    channels: numberOfChannels,
    format: 'float32',
    frames: length,
    warnings: [],
    get share() {
      return done / length;
    },
    read: async (into, start, count) => {
      const frames = Math.min(count, length - done);
      into.forEach((plane, c) =>
        buffer.copyFromChannel((plane as Float32Array<ArrayBuffer>).subarray(start, start + frames), c, done),
      );
      done += frames;
      return frames;
    },
    close: () => {},
  };
}

/**
 * Samples as a WAV file, a second at a time, so that the page stays alive. Throws an Error where a file of so many
 * bytes gives more than {@link FREE_DECODED_BYTES} and {@link MOST_EXPANSION} allow.
 */
async function toWavBlob(
  reader: AudioReader,
  format: SampleFormat,
  fileBytes: number,
  signal: AbortSignal,
): Promise<{ wav: Blob; frames: number }> {
  const { sampleRateHz, channels } = reader;
  const most = (FREE_DECODED_BYTES + MOST_EXPANSION * fileBytes) / frameBytes({ channels, format });
  const sink = new BlobSink();
  const writer = await WavWriter.open(sink, { sampleRateHz, channels, format, frames: reader.frames });
  const piece = Array.from({ length: channels }, () => new Float32Array(pieceFrames(reader)));
  let frames = 0;
  for (;;) {
    signal.throwIfAborted();
    if (Math.max(frames, reader.frames ?? 0) > most) {
      throw new Error(
        `its ${formatSize(fileBytes)} hold more sound than a page can keep; the command line reads it in pieces`,
      );
    }
    const count = await reader.read(piece, 0, piece[0].length);
    await writer.write(piece, 0, count);
    frames += count;
    if (count < piece[0].length) break;
    await nextTask();
  }
  await writer.finish();
  return { wav: sink.toBlob('audio/wav'), frames };
}

/** The rate that a WAV header states, whatever its samples are coded as. */
async function claimedRate(source: ByteSource, found: Recognised | undefined): Promise<number | undefined> {
  if (found?.kind !== 'WAV' && found?.kind !== 'MP3 in WAV') return undefined;
  const head = await source.read(found.start, 28);
  if (head.length < 28 || String.fromCharCode(...head.subarray(12, 16)) !== 'fmt ') return undefined;
  const rate = new DataView(head.buffer, head.byteOffset).getUint32(24, true);
  return rate >= 3000 && rate <= 768000 ? rate : undefined;
}
