import { DEFAULT_OPTIONS, type DenoiseOptions } from 'denoise-node';

const PARAMETER_OPTIONS = [
  'mix',
  'attenuationLimit',
  'highPass',
  'autoGain',
  'targetLevel',
  'outputGain',
  'bypass',
] as const satisfies readonly (keyof DenoiseOptions)[];

/** What the visitor has set, and what is listened to. */
export interface Settings extends Required<Pick<DenoiseOptions, (typeof PARAMETER_OPTIONS)[number]>> {
  readonly model: string;
  readonly source: 'microphone' | 'recording';
  /** Whether the browser's own noise suppression and gain are on. */
  readonly browserProcessing: boolean;
  /** Whether the result goes to the loudspeakers; a microphone's goes to a call instead. */
  readonly heard: boolean;
}

const OPTIONS = ['model', ...PARAMETER_OPTIONS] as const satisfies readonly (keyof Settings & keyof DenoiseOptions)[];

/**
 * The code that does in an app what the page does now; only what differs from the defaults is spelled out. TypeScript
 * and JavaScript alike.
 */
export function codeFor(settings: Settings): string {
  return [
    "import { DenoiseNode } from 'denoise-node';",
    '',
    '// After a click: browsers let sound begin only then.',
    'const context = new AudioContext();',
    ...sourceLines(settings),
    `const denoise = new DenoiseNode(context${optionsOf(settings)});`,
    ...targetLines(settings),
  ].join('\n');
}

function optionsOf(settings: Settings): string {
  const options = OPTIONS.filter((name) => settings[name] !== DEFAULT_OPTIONS[name]).map(
    (name) => `${name}: ${literal(settings[name])}`,
  );
  return options.length > 0 ? `, { ${options.join(', ')} }` : '';
}

/** Settings come from AudioParams, which are 32-bit floats: 0.8 reads as 0.800000011920929. */
function literal(value: string | number | boolean): string {
  return typeof value === 'number'
    ? String(Number(value.toPrecision(6)))
    : typeof value === 'string'
      ? `'${value}'`
      : String(value);
}

function sourceLines({ source, browserProcessing }: Settings): string[] {
  if (source === 'recording')
    return ["const audio = new Audio('recording.mp3');", 'const source = context.createMediaElementSource(audio);'];
  return [
    'const stream = await navigator.mediaDevices.getUserMedia({',
    `  audio: { echoCancellation: true, noiseSuppression: ${browserProcessing}, ` +
      `autoGainControl: ${browserProcessing} },`,
    '});',
    'const source = context.createMediaStreamSource(stream);',
  ];
}

function targetLines({ source, heard }: Settings): string[] {
  if (source === 'recording') return ['source.connect(denoise).connect(context.destination);', 'await audio.play();'];
  if (heard) return ['source.connect(denoise).connect(context.destination);'];
  return [
    'const call = context.createMediaStreamDestination(); // call.stream is what the others hear',
    'source.connect(denoise).connect(call);',
  ];
}
