/** What tells a voice from noise, for all who listen for one. */

/**
 * What the model leaves of a sound, dB relative to it: below the first it is taken for noise, above the second for a
 * voice.
 */
export const KEPT_DB = [-14, -6] as const;
/** Levels of what is left, dBFS: no voice is quieter than the first, and any may be louder than the second. */
export const LEVEL_DB = [-62, -50] as const;
/** Shorter than a syllable, longer than the period of a voice, seconds. */
export const SMOOTHING_SECONDS = 0.03;
/** A gap between two spoken words does not end speech, seconds. */
export const WORD_GAP_SECONDS = 0.2;
/** Below this attenuation limit the enhanced signal is so close to the dry one that the difference tells nothing. */
export const LEAST_LIMIT_DB = 1;
