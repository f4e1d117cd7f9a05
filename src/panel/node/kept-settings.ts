import { isNumeric, isParameter, PARAMETERS } from '../../shared/parameters.ts';

/** What a panel sets, and may keep. */
export interface PanelSettings {
  readonly bypass: boolean;
  /** 0 dry … 1 wet. */
  readonly mix: number;
  /** dB, 0 … 100. */
  readonly attenuationLimit: number;
  /** dB, −60 … 24. */
  readonly outputGain: number;
  /** Hz, 0 (off) … 400. */
  readonly highPass: number;
  readonly autoGain: boolean;
  /** dBFS, −40 … −10. */
  readonly targetLevel: number;
  /** Name or URL of the model, as text. */
  readonly model: string;
}

const PREFIX = 'denoise-panel:';

/** Settings that this browser has kept under a key: those that are in range. None where storage is refused. */
export function readSettings(key: string): Partial<PanelSettings> {
  let kept: unknown;
  try {
    kept = JSON.parse(localStorage.getItem(PREFIX + key) ?? '{}');
  } catch {
    return {}; // Storage is blocked, or holds something that is not ours.
  }
  if (typeof kept !== 'object' || kept === null) return {};
  return Object.fromEntries(Object.entries(kept).filter(([name, value]) => isSetting(name, value)));
}

/** Keeps settings under a key, beside those already there. Where storage is refused or full, they last this visit. */
export function keepSettings(key: string, settings: Partial<PanelSettings>): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify({ ...readSettings(key), ...settings }));
  } catch {
    // They last for this visit.
  }
}

function isSetting(name: string, value: unknown): boolean {
  if (name === 'model') return typeof value === 'string';
  if (!isParameter(name)) return false;
  if (!isNumeric(name)) return typeof value === 'boolean';
  const [least, most] = PARAMETERS[name].range;
  return typeof value === 'number' && value >= least && value <= most;
}
