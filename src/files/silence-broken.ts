/** Replaces what is NaN or infinite in the first `frames` samples of every channel by silence; returns how many. */
export function silenceBroken(channels: readonly Float32Array[], frames: number): number {
  let broken = 0;
  for (const channel of channels) {
    for (let n = 0; n < frames; n++) {
      if (Number.isFinite(channel[n])) continue;
      channel[n] = 0;
      broken += 1;
    }
  }
  return broken;
}
