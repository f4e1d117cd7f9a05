/** Small files of sound that no writer of this package makes, byte by byte. */

type Part = Uint8Array | readonly number[] | string;

/** Bytes, numbers and letters in a row. */
export function joined(...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? ascii(part) : [...part])));
}

export function ascii(text: string): number[] {
  return Array.from(text, (char) => char.charCodeAt(0));
}

/** A whole number in `count` bytes, the smaller first. */
export function little(value: number, count = 4): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 256 ** i) % 256);
}

export function big(value: number, count = 4): number[] {
  return little(value, count).reverse();
}

interface WavParts {
  readonly code?: number;
  readonly bits?: number;
  readonly channels?: number;
  readonly rate?: number;
  /** Chunks before the samples, filling and all. */
  readonly before?: Part;
  /** What the chunk of the samples says of its size; the truth where it is left out. */
  readonly claimedBytes?: number;
  readonly after?: Part;
  readonly order?: 'little' | 'big';
}

/** A WAV file around bytes of samples, as wrong as wanted. */
export function wavOf(samples: Part, parts: WavParts = {}): Uint8Array<ArrayBuffer> {
  const { code = 1, bits = 16, channels = 1, rate = 16000, before = '', after = '', order = 'little' } = parts;
  const number = order === 'little' ? little : big;
  const data = joined(samples);
  const { claimedBytes = data.length } = parts;
  const frame = (channels * bits) / 8;
  const format = [
    ...number(code, 2),
    ...number(channels, 2),
    ...number(rate),
    ...number(rate * frame),
    ...number(frame, 2),
    ...number(bits, 2),
  ];
  const content = joined('WAVEfmt ', number(16), format, before, 'data', number(claimedBytes), data, after);
  return joined(order === 'little' ? 'RIFF' : 'RIFX', number(content.length), content);
}

/** A chunk of AIFF files. */
function chunk(name: string, ...content: Part[]): Uint8Array {
  const bytes = joined(...content);
  return joined(name, big(bytes.length), bytes, bytes.length % 2 === 0 ? '' : [0]);
}

interface Shape {
  readonly bits: number;
  readonly channels: number;
  readonly rate: number;
}

/** An AIFF-C file, or a plain AIFF file where there is no type. */
export function aiffOf(samples: Part, { bits, channels, rate }: Shape, type?: string): Uint8Array<ArrayBuffer> {
  const data = joined(samples);
  const frames = Math.floor(data.length / channels / Math.ceil(bits / 8));
  // 80 bits: the exponent of the highest bit, then 64 bits with that one on the left.
  const exponent = Math.floor(Math.log2(rate));
  const float80 = [...big(16383 + exponent, 2), ...big(Math.round((rate / 2 ** exponent) * 2 ** 31)), ...big(0)];
  const common = [...big(channels, 2), ...big(frames), ...big(bits, 2), ...float80];
  const content = joined(
    type === undefined ? 'AIFF' : 'AIFC',
    type === undefined ? '' : chunk('FVER', big(0xa2805140)),
    chunk('NAME', 'a talk.'),
    chunk('COMM', common, type === undefined ? '' : joined(type, [0, 0])),
    chunk('SSND', big(0), big(0), data),
  );
  return joined('FORM', big(content.length), content);
}

/** A CAF file; its samples go on to its end where `isOpen`. */
export function cafOf(
  samples: Part,
  { bits, channels, rate }: Shape,
  type = 'lpcm',
  flags = 0,
  isOpen = false,
): Uint8Array<ArrayBuffer> {
  const data = joined(samples);
  const description = new Uint8Array(32);
  const view = new DataView(description.buffer);
  view.setFloat64(0, rate);
  description.set(ascii(type), 8);
  [flags, Math.ceil((channels * bits) / 8), 1, channels, bits].forEach((value, i) => view.setUint32(12 + 4 * i, value));
  const sized = (name: string, content: Part): Uint8Array => joined(name, big(0), big(joined(content).length), content);
  const size = isOpen ? [255, 255, 255, 255, 255, 255, 255, 255] : [...big(0), ...big(data.length + 4)];
  return joined(
    'caff',
    big(1, 2),
    big(0, 2),
    sized('desc', description),
    sized('info', 'abc'),
    'data',
    size,
    big(0),
    data,
  );
}

/** A Wave64 file. */
export function wave64Of(samples: Part, { bits, channels, rate }: Shape, code = 1): Uint8Array<ArrayBuffer> {
  const data = joined(samples);
  const id = (name: string): Part => joined(name, '\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a');
  const sized = (name: string, content: Part): Uint8Array => {
    const bytes = joined(content);
    return joined(id(name), little(24 + bytes.length, 8), bytes, new Uint8Array((8 - (bytes.length % 8)) % 8));
  };
  const frame = (channels * bits) / 8;
  const format = [
    ...little(code, 2),
    ...little(channels, 2),
    ...little(rate),
    ...little(rate * frame),
    ...little(frame, 2),
    ...little(bits, 2),
  ];
  const content = joined(id('wave'), sized('note', 'abcde'), sized('fmt ', format), sized('data', data));
  return joined('riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00', little(24 + content.length, 8), content);
}

/** An AU file; without its size where `isOpen`. */
export function auOf(samples: Part, { channels, rate }: Omit<Shape, 'bits'>, code: number, isOpen = false): Uint8Array {
  const data = joined(samples);
  const head = [28, isOpen ? 0xffffffff : data.length, code, rate, channels].flatMap((value) => big(value));
  return joined('.snd', head, big(0), data);
}
