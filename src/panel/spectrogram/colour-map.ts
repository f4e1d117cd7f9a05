/**
 * Colours from silence to full level. Lightness rises evenly, so that it also reads without colour vision and in grey.
 */
const STOPS: readonly (readonly [red: number, green: number, blue: number])[] = [
  [11, 15, 28],
  [29, 34, 84],
  [36, 79, 124],
  [26, 134, 139],
  [93, 187, 131],
  [190, 222, 122],
  [255, 250, 205],
];

/** The map as 256 colours for ImageData: red, green, blue and alpha of level 0, then of level 1, and so on. */
export const COLOUR_MAP: Uint8ClampedArray = Uint8ClampedArray.from({ length: 256 * 4 }, (_, i) => {
  const channel = i % 4;
  if (channel === 3) return 255;
  const position = (Math.floor(i / 4) / 255) * (STOPS.length - 1);
  const stop = Math.min(Math.floor(position), STOPS.length - 2);
  return STOPS[stop][channel] + (STOPS[stop + 1][channel] - STOPS[stop][channel]) * (position - stop);
});
