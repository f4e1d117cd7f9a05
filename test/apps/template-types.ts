/** The types of the panel's tag, as the compilers of frameworks see them in components. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { makeFolder } from './build-app.ts';
import { writeFiles } from './serve-app.ts';
import type { TypesRow } from './types.ts';

const SCRIPT = `
import type { DenoiseNode } from 'denoise-node';
const node: DenoiseNode | null = null;
const show = (event: HTMLElementEventMap['denoise-change']): void => console.log(event.detail.setting);
`;

const REACT = `
import { DenoisePanel, useDenoise } from 'denoise-node/react';
import { useRef } from 'react';

export function Call({ microphone }: { microphone: MediaStream | null }) {
  const { node, stream, state, error } = useDenoise(microphone, { attenuationLimit: 30 });
  const panel = useRef<HTMLElementTagNameMap['denoise-panel']>(null);
  const words: string = error?.message ?? state;
  return (
    <>
      <audio ref={(audio) => void (audio && (audio.srcObject = stream))} />
      <DenoisePanel ref={panel} node={node} theme="dark" onDenoiseChange={({ detail }) => console.log(detail.setting)} />
      <denoise-panel lang="de" theme="auto" persist="call" without-mix="" class="wide">{words}</denoise-panel>
      {/* @ts-expect-error There is no such theme. */}
      <DenoisePanel theme="blue" />
      {/* @ts-expect-error There is no such theme. */}
      <denoise-panel theme="blue" />
    </>
  );
}
`;

const vue = (theme: string): string => `
<script setup lang="ts">
import 'denoise-node/vue';${SCRIPT}</script>
<template><denoise-panel :node="node" theme="${theme}" persist="call" @denoise-change="show" /></template>
`;

const svelte = (theme: string): string => `
<script lang="ts">
import 'denoise-node/svelte';${SCRIPT}</script>
<denoise-panel {node} theme="${theme}" persist="call" ondenoise-change={show}></denoise-panel>
`;

const OPTIONS = {
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: [],
  module: 'esnext',
  moduleResolution: 'bundler',
};

interface Framework {
  readonly name: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly compilerOptions?: object;
  readonly vueCompilerOptions?: object;
  /** A file with a theme that there is not, and what its name must be found beside in the complaints. */
  readonly wrong?: { readonly file: string; readonly content: string };
}

const TYPESCRIPT = '5.9';
const reactAt = (version: string): Framework => ({
  name: `React ${version}`,
  packages: { typescript: TYPESCRIPT, react: version, '@types/react': version },
  command: ['typescript/bin/tsc', '-p', '.'],
  files: { 'app.tsx': REACT },
  compilerOptions: { jsx: 'react-jsx' },
});

const FRAMEWORKS: readonly Framework[] = [
  reactAt('18'),
  reactAt('19'),
  {
    name: 'Vue 3',
    packages: { typescript: TYPESCRIPT, vue: '3', 'vue-tsc': '3' },
    command: ['vue-tsc/bin/vue-tsc.js', '-p', '.'],
    files: { 'right.vue': vue('dark') },
    // Vue's own declarations name those of compilers that apps do not have.
    compilerOptions: { skipLibCheck: true },
    vueCompilerOptions: { strictTemplates: true },
    wrong: { file: 'wrong.vue', content: vue('blue') },
  },
  {
    name: 'Svelte 5',
    packages: { typescript: TYPESCRIPT, svelte: '5', 'svelte-check': '4' },
    command: ['svelte-check/bin/svelte-check', '--tsconfig', 'tsconfig.json', '--fail-on-warnings'],
    files: { 'right.svelte': svelte('dark') },
    wrong: { file: 'wrong.svelte', content: svelte('blue') },
  },
];

/** What each framework's own compiler says of components with the panel; a wrong one must be refused. */
export function tryTemplateTypes(tarball: string): readonly TypesRow[] {
  return FRAMEWORKS.map((framework) => {
    const { name, packages, files, wrong } = framework;
    const folder = makeFolder({ name: `types ${name}`, packages }, tarball);
    writeFiles(folder, files);
    const complaints = complaintsOf(folder, framework, Object.keys(files));
    const row = { compiler: name, resolution: 'bundler' };
    if (complaints !== '' || wrong === undefined) return { ...row, complaints };
    writeFiles(folder, { [wrong.file]: wrong.content });
    const isRefused = complaintsOf(folder, framework, [wrong.file]).includes('blue');
    return { ...row, complaints: isRefused ? '' : 'takes a theme that there is not' };
  });
}

function complaintsOf(folder: string, framework: Framework, files: readonly string[]): string {
  const { command, compilerOptions, vueCompilerOptions = {} } = framework;
  const tsconfig = { compilerOptions: { ...OPTIONS, ...compilerOptions }, vueCompilerOptions, files };
  writeFiles(folder, { 'tsconfig.json': JSON.stringify(tsconfig) });
  const [script, ...args] = command;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'node_modules', script), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stdout + stderr || `ended with ${status}`;
}
