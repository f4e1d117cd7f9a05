/** The package's declarations, as old and new compilers see them from an app. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { makeFolder } from './build-app.ts';
import { writeFiles } from './serve-app.ts';

const COMPILERS = ['5.0', '5.4', 'latest'];
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

export interface TypesRow {
  readonly compiler: string;
  readonly resolution: string;
  /** What the compiler says; empty where it is content. */
  readonly complaints: string;
}

/** Compiles the app in strict mode, with every declaration that it reaches. */
export function tryTypes(tarball: string): readonly TypesRow[] {
  return COMPILERS.flatMap((compiler) => {
    const folder = makeFolder({ name: `typescript ${compiler}`, packages: { typescript: compiler } }, tarball);
    writeFiles(folder, { 'app.ts': APP });
    return RESOLUTIONS.map((resolution) => ({ compiler, resolution, complaints: complaintsOf(folder, resolution) }));
  });
}

function complaintsOf(folder: string, resolution: string): string {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: [],
    module: resolution === 'bundler' ? 'esnext' : resolution,
    moduleResolution: resolution,
  };
  writeFiles(folder, { 'tsconfig.json': JSON.stringify({ compilerOptions, files: ['app.ts'] }) });
  try {
    execFileSync(process.execPath, [join(folder, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: folder });
    return '';
  } catch (error) {
    return String((error as { stdout?: Buffer }).stdout ?? error);
  }
}
