/** Numbers of the studio as text: lengths, sizes, rates, levels. */
import type { SampleFormat } from '../../src/files/sample-format.ts';
import type { FileSettings } from './protocol.ts';

export function formatRate(hz: number): string {
  return `${Number((hz / 1000).toFixed(3))} kHz`;
}

export function sampleFormatString(format: SampleFormat): string {
  return {
    uint8: '8 bits',
    int16: '16 bits',
    int24: '24 bits',
    int32: '32 bits',
    float32: '32-bit float',
    float64: '64-bit float',
  }[format];
}

export function channelsString(channels: number): string {
  return channels === 1 ? 'mono' : channels === 2 ? 'stereo' : `${channels} channels`;
}

/** `4:05`, or `1:04:05` from an hour on. */
export function formatClock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A length for a sentence: `9.3 s`, `4 min 5 s`, `1 h 5 min`. */
export function formatLength(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h} h ${m} min` : `${m} min ${s} s`;
}

export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const steps = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** steps).toPrecision(3))} ${['', 'kB', 'MB', 'GB'][steps]}`;
}

export function formatSpeed(speed: number): string {
  return `${speed < 10 ? speed.toFixed(1) : Math.round(speed)} × real time`;
}

/** With its sign: `+2.0 dB`, `−3.5 dB`. */
export function formatDecibels(db: number): string {
  return `${db < 0 ? '−' : db > 0 ? '+' : ''}${Math.abs(db).toFixed(1)} dB`;
}

export function formatLimit(db: number): string {
  return db === 100 ? 'no limit' : `${db} dB`;
}

/** Of a high-pass; 0 is off. */
export function formatCutoff(hz: number): string {
  return hz === 0 ? 'off' : `${hz} Hz`;
}

/** Of a level to reach. */
export function formatTarget(dbfs: number): string {
  return `−${-dbfs} dBFS`;
}

/** What comes after the network, where it is on. */
export function shapingStrings({
  highPassHz,
  autoGain,
  targetLevelDb,
}: Pick<FileSettings, 'highPassHz' | 'autoGain' | 'targetLevelDb'>): string[] {
  return [
    ...(highPassHz > 0 ? [`high-pass ${formatCutoff(highPassHz)}`] : []),
    ...(autoGain ? [`voice at ${formatTarget(targetLevelDb)}`] : []),
  ];
}

/** Of a share, 0 to 1. */
export function formatPercent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
