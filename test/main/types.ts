/** Checked by the compiler: `tsc -b` fails where a line marked as an error compiles, or another does not. */

import type { IAudioContext, IGainNode, IOfflineAudioContext } from 'standardized-audio-context';
import type { DEFAULT_OPTIONS, DenoiseError, DenoiseOptions, RANGES } from '../../src/index.ts';
import type { PanelStrings } from '../../src/panel/strings.ts';
import {
  type NumericParameterName,
  PARAMETER_NAMES,
  PARAMETERS,
  type ParameterName,
} from '../../src/shared/parameters.ts';
import type * as Standardized from '../../src/standardized.ts';
import { DenoiseNode } from './support.ts';

/** The example of the class's documentation. */
export async function example(): Promise<void> {
  const context = new AudioContext();
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { noiseSuppression: false } });
  const denoise = new DenoiseNode(context, { attenuationLimit: 30 });
  denoise.addEventListener('error', ({ detail }) => alert(detail.error.message));
  context.createMediaStreamSource(stream).connect(denoise).connect(context.destination);
  await denoise.ready; // optional
  denoise.mix.linearRampToValueAtTime(0.5, context.currentTime + 1);
}

export function everyParameterHasItsOptionAndProperty(node: DenoiseNode, options: DenoiseOptions): void {
  node satisfies Record<ParameterName, AudioParam>;
  options satisfies { readonly [N in NumericParameterName]?: number };
}

export function rangesAndDefaultsAreLiterals(ranges: typeof RANGES, defaults: typeof DEFAULT_OPTIONS): void {
  ranges satisfies Record<
    NumericParameterName | 'latencyHint' | 'maxChannels' | 'voiceHoldMs',
    readonly [number, number]
  >;
  ranges.outputGain satisfies readonly [-60, 24];
  defaults.attenuationLimit satisfies 100;
  defaults.bypass satisfies false;
}

export function everyParameterHasALabel(texts: PanelStrings): string[] {
  return PARAMETER_NAMES.map((name) => texts[PARAMETERS[name].labelKey]);
}

export function eventsAreTyped(node: DenoiseNode): void {
  node.addEventListener('latencychange', ({ detail }) => {
    const seconds: number = detail.latency;
    // @ts-expect-error there is no such field
    detail.seconds satisfies typeof seconds;
  });
  node.addEventListener('error', ({ detail }) => {
    const error: DenoiseError = detail.error;
    // @ts-expect-error the list of codes is closed
    return error.code === 'gremlins';
  });
  node.addEventListener('voicestart', ({ detail }) => {
    detail.time satisfies number;
    // @ts-expect-error how long a voice sounds is known at its end
    return detail.seconds;
  });
  node.addEventListener('underrun', function () {
    this.getMetrics().underruns satisfies number;
  });
  // @ts-expect-error the payload of one event is not that of another
  node.addEventListener('recover', (event: CustomEvent<{ latency: number }>) => event);
}

export function optionsAreTyped(context: BaseAudioContext): void {
  new DenoiseNode(context, {
    latencyHint: 'balanced',
    transport: 'message',
    model: new URL('https://example.org/model/'),
  });
  // @ts-expect-error not a hint
  new DenoiseNode(context, { latencyHint: 'soon' });
  // @ts-expect-error a context is required
  new DenoiseNode();
}

export function itIsAnAudioNode(node: DenoiseNode, context: AudioContext): AudioNode {
  node.connect(node.mix, 0) satisfies void;
  node.disconnect(context.destination, 0, 0);
  // @ts-expect-error read-only
  node.latency = 1;
  return node.connect(context.destination);
}

export function bothFamiliesAreTaken(
  entry: typeof Standardized,
  native: AudioContext,
  live: IAudioContext,
  offline: IOfflineAudioContext,
): void {
  const gain: GainNode = new entry.DenoiseNode(native);
  const standardized: IGainNode<IAudioContext> = new entry.DenoiseNode(live);
  new entry.DenoiseNode(offline).context.startRendering();
  gain.connect(native.destination);
  standardized.connect(live.destination);
}
