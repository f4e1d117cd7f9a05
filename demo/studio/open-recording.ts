/**
 * In:     a file of any format that the browser decodes
 * Out:    a WAV file, to lane.ts and player.ts: the file itself, or what was decoded
 * Thread: [main], because browsers decode nowhere else
 *
 * WAV files are read by files/ and never decoded as a whole. Everything else is: by the browser, at the file's own rate
 * where its header states it, and stored as a WAV blob at once, which the browser may keep outside of memory.
 */
import { BlobSink, blobSource } from '../../src/files/byte-source.ts';
import { nextTask } from '../../src/files/next-task.ts';
import type { SampleFormat } from '../../src/files/sample-format.ts';
import { openWav, type WavReader } from '../../src/files/wav/wav-reader.ts';
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

/** Browsers hold an encoded file in one array, which has a limit. */
const MOST_ENCODED_BYTES = 2 ** 31 - 1;
/** Where the header does not state a rate: the usual one of videos and calls. */
const USUAL_RATE_HZ = 48000;
/** Of formats without a bit depth: finer than what they lose. */
const LOSSY_RESULT: SampleFormat = 'int24';

/**
 * Opens a file by what it contains, whatever its name says. Throws an Error with the reason, for the visitor; or the
 * signal's.
 */
export async function openRecording(file: Blob, signal: AbortSignal): Promise<Recording> {
  if (file.size === 0) throw new Error('The file is empty: 0 bytes.');
  const source = blobSource(file);
  const identity = await identify(source);
  signal.throwIfAborted();
  if (identity?.format !== 'WAV') return decoded(file, identity, signal);
  let reader: WavReader;
  try {
    reader = await openWav(source);
  } catch (cause) {
    // WAV files may hold MP3, A-law and more, which browsers know.
    const reason = cause instanceof Error ? cause.message : String(cause);
    return decoded(file, { format: 'WAV', sampleRateHz: await claimedRate(source) }, signal).catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new Error(`This WAV file cannot be read: ${reason}.`, { cause });
    });
  }
  const { sampleRateHz, channels, frames, format, warnings } = reader;
  if (frames === 0) throw new Error('The file has a header and no sound.');
  return {
    wav: file,
    sampleRateHz,
    channels,
    frames,
    resultFormat: format,
    facts: ['WAV', formatRate(sampleRateHz), sampleFormatString(format), channelsString(channels)].join(', '),
    kept: 'Rate, bit depth, channels and length are kept.',
    warnings,
  };
}

async function decoded(file: Blob, identity: Identity | undefined, signal: AbortSignal): Promise<Recording> {
  const { format, sampleRateHz: ownRateHz, bits } = identity ?? { format: 'Unknown format' };
  const buffer = await decode(file, identity, ownRateHz ?? USUAL_RATE_HZ);
  signal.throwIfAborted();
  if (buffer.length === 0) throw new Error(`This ${format} file has no sound in it.`);
  const { sampleRate: sampleRateHz, numberOfChannels: channels, length: frames } = buffer;
  const wav = await toWavBlob(buffer, signal);
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

async function decode(file: Blob, identity: Identity | undefined, rateHz: number): Promise<AudioBuffer> {
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
    const found =
      identity === undefined
        ? 'Its content is no sound format that is known here'
        : `It begins as ${identity.format} does, but cannot be decoded`;
    throw new Error(`${found}. Try a whole WAV, FLAC, MP3, Ogg, Opus, M4A or WebM file.`, { cause });
  }
}

/** Decoded samples as a WAV file of 32-bit float, a second at a time, so that the page stays alive. */
async function toWavBlob(buffer: AudioBuffer, signal: AbortSignal): Promise<Blob> {
  const { sampleRate, numberOfChannels, length } = buffer;
  const sink = new BlobSink();
  const writer = await WavWriter.open(sink, {
    sampleRateHz: sampleRate,
    channels: numberOfChannels,
    format: 'float32',
    frames: length,
  });
  const piece = Array.from({ length: numberOfChannels }, () => new Float32Array(sampleRate));
  for (let start = 0; start < length; start += sampleRate) {
    signal.throwIfAborted();
    piece.forEach((plane, c) => buffer.copyFromChannel(plane, c, start));
    await writer.write(piece, 0, Math.min(sampleRate, length - start));
    await nextTask();
  }
  await writer.finish();
  return sink.toBlob('audio/wav');
}

/** The rate that a WAV header states, whatever its samples are coded as. */
async function claimedRate(source: {
  read(position: number, length: number): Promise<Uint8Array>;
}): Promise<number | undefined> {
  const head = await source.read(0, 28);
  if (head.length < 28 || String.fromCharCode(...head.subarray(12, 16)) !== 'fmt ') return undefined;
  const rate = new DataView(head.buffer, head.byteOffset).getUint32(24, true);
  return rate >= 3000 && rate <= 768000 ? rate : undefined;
}
