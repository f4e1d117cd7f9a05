/** The package's declarations, as old and new compilers see them from an app. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { makeFolder } from './build-app.ts';
import { writeFiles } from './serve-app.ts';

/** And declarations of Node of their time. */
const COMPILERS = { '5.0': '20.11', '5.4': '22', latest: 'latest' };
const RESOLUTIONS = ['node16', 'nodenext', 'bundler'];

/** Every entry in use. */
const APP = `
import { DenoiseError, DenoiseNode, type DenoiseOptions, RANGES } from 'denoise-node';
import { DenoiseExtension } from 'denoise-node/agora';
import { DenoiseTransformDevice } from 'denoise-node/chime';
import { DenoiseEffect } from 'denoise-node/jitsi';
import { DenoiseProcessor } from 'denoise-node/livekit';
import { DenoiseFilter } from 'denoise-node/stream-io';
import { noiseCancellationOptions } from 'denoise-node/twilio';
import { DenoiseConnector } from 'denoise-node/vonage';
import Denoise from 'denoise-node/wam';
import { CONTEXT_RATE_HZ, Denoiser, type DenoiserStream, type Manifest } from 'denoise-node/engine';
import base from 'denoise-node/models/base';
import tiny from 'denoise-node/models/tiny';
import { DenoisePanel, german, registerLocale } from 'denoise-node/panel';
import { DenoisedTrack, denoiseStream } from 'denoise-node/stream';
import denoise from 'denoise-node/vite';

const options: DenoiseOptions = { model: tiny, mix: RANGES.mix[1], assets: '/denoise/' };
const node = new DenoiseNode(new AudioContext(), options);
node.addEventListener('error', ({ detail }) => console.warn(detail.error.code as string));
node.mix.linearRampToValueAtTime(0.5, 1);
const panel: DenoisePanel = document.createElement('denoise-panel');
panel.node = node;
panel.addEventListener('denoise-change', ({ detail }) => console.log(detail.setting));
registerLocale(german);
const denoised: DenoisedTrack | undefined = new DenoiseProcessor({ mix: 0.5 }).denoised;
panel.node = new DenoiseEffect().node ?? new DenoiseFilter().node ?? denoised?.node ?? null;
panel.node = new DenoiseTransformDevice().node ?? new DenoiseExtension().createProcessor().node ?? null;
export const connect = (to: Parameters<DenoiseConnector['setOn']>[0]) => new DenoiseConnector().setOn(to);
export const latencyOf = async (context: AudioContext): Promise<number> =>
  (await Denoise.createInstance('group', context)).audioNode.latency;
console.log(noiseCancellationOptions().sdkAssetsPath as string);
const manifestOf = async (): Promise<Manifest> => (await Denoiser.load({ modelUrl: base })).manifest;
const pull = (stream: DenoiserStream): number => stream.pull(new Float32Array(480), 0, CONTEXT_RATE_HZ[0]);
export const plugins: { name: string }[] = [denoise({ isolate: false })];
export { DenoiseError, denoiseStream, manifestOf, pull };
const track: DenoisedTrack = new DenoisedTrack(options);
const same: DenoiseNode = track.node;
panel.node = same;
// @ts-expect-error There is no such option.
new DenoiseNode(new AudioContext(), { mixture: 1 });
`;

/** The entry for servers, which has no types of browsers. */
const PROGRAM = `
import { createDenoiseStream, createDenoiseTransform, DenoiseFrameProcessor, DenoisePool } from 'denoise-node/server';

const pool = new DenoisePool({ threads: 2 });
pool.on('overload', ({ dry, streams }) => console.warn(dry / streams));
pool.once('crash', ({ code }) => console.warn(code as string));
process.stdin.pipe(pool.stream({ sampleRate: 8000, format: 'mulaw' })).pipe(process.stdout);
const seconds: number = createDenoiseStream({ sampleRate: 48000 }).latency;
export const pieces: AsyncIterable<Float32Array> = createDenoiseTransform({ sampleRate: 48000 }).readable;
export const speak = async (): Promise<boolean> => (await DenoiseFrameProcessor.load()).isEnabled() && seconds > 0;
// @ts-expect-error There is no such event.
pool.on('underload', () => {});
`;

export interface TypesRow {
  readonly compiler: string;
  readonly resolution: string;
  /** What the compiler says; empty where it is content. */
  readonly complaints: string;
}

/** Compiles an app and a program in strict mode, with every declaration that they reach. */
export function tryTypes(tarball: string): readonly TypesRow[] {
  return Object.entries(COMPILERS).flatMap(([compiler, node]) => {
    const packages = { typescript: compiler, '@types/node': node };
    const folder = makeFolder({ name: `typescript ${compiler}`, packages }, tarball);
    writeFiles(folder, { 'app.ts': APP, 'program.ts': PROGRAM });
    return RESOLUTIONS.map((resolution) => {
      const inPage = complaintsOf(folder, 'app.ts', resolution, ['dom', 'dom.iterable'], []);
      const complaints = inPage + complaintsOf(folder, 'program.ts', resolution, [], ['node']);
      return { compiler, resolution, complaints };
    });
  });
}

function complaintsOf(folder: string, file: string, resolution: string, libraries: string[], types: string[]): string {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022', ...libraries],
    types,
    module: resolution === 'bundler' ? 'esnext' : resolution,
    moduleResolution: resolution,
  };
  writeFiles(folder, { 'tsconfig.json': JSON.stringify({ compilerOptions, files: [file] }) });
  try {
    execFileSync(process.execPath, [join(folder, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: folder });
    return '';
  } catch (error) {
    return String((error as { stdout?: Buffer }).stdout ?? error);
  }
}
