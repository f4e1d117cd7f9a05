/** Manifests, graphs and weights that somebody else wrote: reading, loading, a second of sound through the model. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Denoiser } from '../../src/engine/index.ts';
import { readManifest } from '../../src/engine/manifest/manifest.ts';
import { expect, expectDeclared } from './finding.ts';
import type { Random } from './random.ts';
import type { FuzzTarget } from './target.ts';
import { spoiltTree } from './values.ts';

const MODELS = new URL('../../models/', import.meta.url);
/** Folders, and the manifests in them. */
const SOURCES = [
  ['base', 'manifest.json'],
  ['tiny', 'manifest.json'],
  ['classic/mel-latent', 'manifest.json'],
  ['classic/mel-latent', 'griffin-lim.json'],
  ['classic/mel-latent', 'feature-level.json'],
  ['classic/stft-unet', 'manifest.json'],
  ['classic/stft-unet', 'griffin-lim.json'],
  ['classic/noise-subtract', 'manifest.json'],
  ['classic/unet-8k', 'manifest.json'],
] as const;
const RATE_HZ = 16000;
const URL_OF_MODEL = 'https://models.example/model/';

/** What of a manifest this must know to change files that it has the hashes of. */
interface Claims {
  readonly files: Record<string, { bytes: number; sha256: string }>;
}

type Files = Record<string, Uint8Array>;

export const manifests: FuzzTarget = {
  name: 'manifests',
  run: async (random) => {
    const [folder, name] = random.pick(SOURCES);
    // Most manifests are refused before anything is loaded; loading takes a hundred times as long.
    if (random.chance(0.97)) {
      const spoilt = spoiltTree(JSON.parse(textOf(folder, name)), random);
      if (read(spoilt) && random.chance(0.5))
        await loadAndRun({ ...filesOf(folder), 'manifest.json': bytesOf(spoilt) }, random);
    } else await loadAndRun(otherFiles(folder, name, random), random);
  },
};

function read(json: unknown): boolean {
  try {
    readManifest(json, 'manifest.json');
    return true;
  } catch (error) {
    expectDeclared(error, ['DenoiseError']);
    return false;
  }
}

/** A model whose graph or weights are spoilt, and whose manifest states their sizes and hashes truly. */
function otherFiles(folder: string, name: string, random: Random): Files {
  const files = filesOf(folder);
  const manifest = JSON.parse(textOf(folder, name)) as Claims;
  const spoilt = random.pick(Object.keys(manifest.files));
  const bytes = files[spoilt].slice();
  if (spoilt.endsWith('.json'))
    files[spoilt] = bytesOf(spoiltTree(JSON.parse(new TextDecoder().decode(bytes)), random));
  else {
    for (let i = random.length(100); i > 0; i--) bytes[random.below(bytes.length)] = random.pick([0, 0x7f, 0x80, 0xff]);
    files[spoilt] = random.chance(0.2) ? bytes.slice(0, random.below(bytes.length)) : bytes;
  }
  const record = manifest.files[spoilt];
  record.bytes = files[spoilt].length;
  record.sha256 = createHash('sha256').update(files[spoilt]).digest('hex');
  return { ...files, 'manifest.json': bytesOf(manifest) };
}

async function loadAndRun(files: Files, random: Random): Promise<void> {
  const fetched = async (url: string | URL | Request): Promise<Response> => {
    const bytes = files[String(url instanceof Request ? url.url : url).slice(URL_OF_MODEL.length)];
    return new Response(bytes as BodyInit | undefined, { status: bytes === undefined ? 404 : 200 });
  };
  let denoiser: Denoiser;
  try {
    denoiser = await Denoiser.load({ modelUrl: URL_OF_MODEL, fetch: fetched as typeof fetch });
  } catch (error) {
    expectDeclared(error, ['DenoiseError']);
    return;
  }
  try {
    const stream = denoiser.createStream(RATE_HZ);
    const noisy = Float32Array.from({ length: RATE_HZ }, () => random.next() - 0.5);
    stream.push(noisy, 0, noisy.length);
    denoiser.stepAll([stream]);
    const enhanced = new Float32Array(Math.min(stream.available, RATE_HZ));
    stream.pull(enhanced, 0, enhanced.length);
    const wild = enhanced.find((sample) => !Number.isFinite(sample));
    expect(wild === undefined, `a sample of ${wild}`);
    stream.dispose();
  } finally {
    denoiser.dispose();
  }
}

function filesOf(folder: string): Files {
  const url = new URL(`${folder}/`, MODELS);
  const names = readdirSync(url).filter((name) => /\.(json|bin)$/.test(name));
  return Object.fromEntries(names.map((name) => [name, Uint8Array.from(readFileSync(new URL(name, url)))]));
}

function textOf(folder: string, name: string): string {
  return readFileSync(new URL(`${folder}/${name}`, MODELS), 'utf8');
}

function bytesOf(json: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(json) ?? '');
}
