/**
 * Draws one version of a sketch: its waveform above, its spectrogram below, time to the right on the same axis.
 * Thread: [main]
 */
import { COLOUR_MAP } from '../../src/panel/spectrogram/colour-map.ts';
import { frequencyToHeight } from '../../src/panel/spectrogram/frequency-axis.ts';
import { formatClock } from './formatters.ts';
import { SKETCH_ROWS, type Sketch } from './sketch.ts';

/** Room for the labels of the pitch axis, CSS pixels. The seek slider keeps the same margin. */
export const PICTURE_LEFT = 30;
const WAVE_SHARE = 0.3;
const TICKS_HZ = [250, 1000, 4000] as const;

/** How a picture is painted. */
export interface PictureStyle {
  /** Colour of the waveform. */
  readonly wave: string;
  readonly ink: string;
  readonly fontFamily: string;
}

/**
 * @param version 0 before, 1 after, 2 removed
 * @param scale sample value that reaches the edge of the waveform's strip, the same for all versions
 */
export function drawPicture(
  canvas: HTMLCanvasElement,
  sketch: Sketch,
  version: number,
  scale: number,
  nyquistHz: number,
  style: PictureStyle,
): void {
  const { clientWidth, clientHeight } = canvas;
  if (clientWidth <= PICTURE_LEFT || clientHeight === 0) return;
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext('2d')!;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, clientWidth, clientHeight);
  const waveHeight = Math.round(clientHeight * WAVE_SHARE);
  const plot = { left: PICTURE_LEFT, width: clientWidth - PICTURE_LEFT };
  drawWave(pen, sketch, version, scale, plot, waveHeight, style.wave);
  const top = waveHeight + 4;
  pen.fillStyle = `rgb(${COLOUR_MAP.slice(0, 3).join(' ')})`;
  pen.fillRect(plot.left, top, plot.width, clientHeight - top);
  if (sketch.filled > 0) {
    const filledWidth = (plot.width * sketch.filled) / sketch.columns;
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(
      spectrogram(sketch, version),
      0,
      0,
      sketch.filled,
      SKETCH_ROWS,
      plot.left,
      top,
      filledWidth,
      clientHeight - top,
    );
  }
  drawPitches(pen, top, clientWidth, clientHeight, nyquistHz, style);
}

function drawWave(
  pen: CanvasRenderingContext2D,
  sketch: Sketch,
  version: number,
  scale: number,
  plot: { left: number; width: number },
  height: number,
  colour: string,
) {
  const middle = height / 2;
  const step = plot.width / sketch.columns;
  pen.fillStyle = colour;
  for (let i = 0; i < sketch.filled; i++) {
    const at = 2 * (version * sketch.columns + i);
    const top = middle - (Math.min(1, sketch.extremes[at + 1] / scale) * middle || 0);
    const bottom = middle - (Math.max(-1, sketch.extremes[at] / scale) * middle || 0);
    // A line where there is silence, so that it is seen as sound.
    pen.fillRect(plot.left + i * step, top - 0.5, Math.max(step, 0.6), bottom - top + 1);
  }
}

function spectrogram(sketch: Sketch, version: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = sketch.columns;
  canvas.height = SKETCH_ROWS;
  const image = new ImageData(sketch.columns, SKETCH_ROWS);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < sketch.filled; i++) {
    const at = (version * sketch.columns + i) * SKETCH_ROWS;
    for (let row = 0; row < SKETCH_ROWS; row++)
      pixels[(SKETCH_ROWS - 1 - row) * sketch.columns + i] = COLOURS[sketch.levels[at + row]];
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}

/** The map as one number for each colour, in the machine's byte order. */
const COLOURS = new Uint32Array(COLOUR_MAP.slice().buffer);

function drawPitches(
  pen: CanvasRenderingContext2D,
  top: number,
  width: number,
  height: number,
  nyquistHz: number,
  style: PictureStyle,
): void {
  pen.font = `11px ${style.fontFamily}`;
  pen.fillStyle = style.ink;
  pen.strokeStyle = 'rgb(255 255 255 / 0.08)';
  pen.lineWidth = 1;
  pen.textBaseline = 'middle';
  pen.textAlign = 'right';
  for (const hz of TICKS_HZ) {
    if (hz >= nyquistHz) break;
    const y = Math.round(height - (height - top) * frequencyToHeight(hz)) + 0.5;
    pen.beginPath();
    pen.moveTo(PICTURE_LEFT, y);
    pen.lineTo(width, y);
    pen.stroke();
    pen.fillText(hz >= 1000 ? `${hz / 1000}k` : String(hz), PICTURE_LEFT - 6, y);
  }
}

/** Times to write under the pictures: some round ones, and where they lie, 0 … 1. */
export function timeTicks(seconds: number, most: number): { readonly share: number; readonly text: string }[] {
  const step =
    [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18000].find(
      (each) => seconds / each <= most,
    ) ?? 36000;
  const textOf = (time: number) => (step < 1 ? `${time.toFixed(1)} s` : formatClock(time));
  return Array.from({ length: Math.floor(seconds / step + 1e-9) + 1 }, (_, i) => ({
    share: (i * step) / seconds,
    text: textOf(i * step),
  }));
}
