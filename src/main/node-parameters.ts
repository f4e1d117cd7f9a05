/** The AudioParams of a DenoiseNode, for the reader; shared/parameters.ts has the numbers. */
export interface NodeParameters {
  /**
   * 0 (dry) to 1 (wet), a linear blend of two signals that line up; values beyond are clamped. Default 1.
   * @min 0 @max 1
   */
  readonly mix: AudioParam;
  /**
   * Most that noise is turned down, in dB: 0 is no change, 100 no limit. Read once a step. Default 100.
   * @min 0 @max 100
   */
  readonly attenuationLimit: AudioParam;
  /**
   * Cutoff of a high-pass after the mix, Hz; 0 is off. Butterworth of 4th order: −3 dB at the cutoff, 24 dB less for
   * each octave below, no delay. Takes out hum, rumble and the thuds of breath. Default 0. @min 0 @max 400
   */
  readonly highPass: AudioParam;
  /**
   * 1 brings a voice to `targetLevel` by up to 24 dB more or 18 dB less, the same for all channels, and keeps the
   * output below full scale. It stands still in pauses, so that they are not pumped up. Default 0. @min 0 @max 1
   */
  readonly autoGain: AudioParam;
  /**
   * What `autoGain` brings a voice to, dBFS: root mean square while it sounds, before `outputGain`. Default -20.
   * @min -40 @max -10
   */
  readonly targetLevel: AudioParam;
  /** Level of the output, dB. Default 0. @min -60 @max 24 */
  readonly outputGain: AudioParam;
  /**
   * 1 passes the dry signal, as late as the wet one, so that switching never shifts time, without high-pass and
   * automatic gain. Default 0. @min 0 @max 1
   */
  readonly bypass: AudioParam;
}
