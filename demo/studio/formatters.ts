/** What the studio says in words: lengths, sizes, formats, and failures with what to do about them. */
import type { SampleFormat } from '../../src/files/sample-format.ts';

export function rateInWords(hz: number): string {
  return `${Number((hz / 1000).toFixed(3))} kHz`;
}

export function formatInWords(format: SampleFormat): string {
  return {
    uint8: '8 bits',
    int16: '16 bits',
    int24: '24 bits',
    int32: '32 bits',
    float32: '32-bit float',
    float64: '64-bit float',
  }[format];
}

export function channelsInWords(channels: number): string {
  return channels === 1 ? 'mono' : channels === 2 ? 'stereo' : `${channels} channels`;
}

/** `4:05`, or `1:04:05` from an hour on. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A length for a sentence: `12.3 seconds`, `4 min 5 s`. */
export function lengthInWords(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h} h ${m} min` : `${m} min ${s} s`;
}

export function sizeInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const steps = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** steps).toPrecision(3))} ${['', 'kB', 'MB', 'GB'][steps]}`;
}

export function speedInWords(speed: number): string {
  return `${speed < 10 ? speed.toFixed(1) : Math.round(speed)} × real time`;
}

/** With the sign that it has: `+2.0 dB`, `−3.5 dB`. */
export function decibels(db: number): string {
  return `${db < 0 ? '−' : db > 0 ? '+' : ''}${Math.abs(db).toFixed(1)} dB`;
}

export function limitInWords(db: number): string {
  return db === 100 ? 'no limit' : `${db} dB`;
}

/** `talk.mp3` → `talk-denoised.wav`. */
export function resultName(name: string): string {
  return `${name.replace(/\.[^./\\]{1,5}$/, '')}-denoised.wav`;
}

/** Names for one folder: the second of two equal ones becomes `name (2).wav`. */
export function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const dot = name.lastIndexOf('.');
    let unique = name;
    for (let n = 2; taken.has(unique.toLowerCase()); n++) unique = `${name.slice(0, dot)} (${n})${name.slice(dot)}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** A failure as one line that says what to do. */
export function failureInWords(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (name === 'QuotaExceededError')
    return 'The browser has no room for the result. Free some disk space, or remove files from the list, then try again.';
  if (name === 'NotReadableError' || name === 'NotFoundError')
    return 'The file cannot be read any more: it was moved, changed or deleted. Add it again.';
  if (name === 'RangeError' && /allocation|array length/i.test(message))
    return 'The browser has not enough memory for this file. Turn it into a WAV file: those are read in pieces.';
  if (name === 'RangeError' && /contextRateHz/.test(message))
    return 'The file says a sample rate outside of 3 to 768 kHz: its header is damaged.';
  return message.charAt(0).toUpperCase() + message.slice(1) + (/[.!?]$/.test(message) ? '' : '.');
}
