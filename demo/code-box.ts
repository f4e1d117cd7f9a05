import { DEFAULT_OPTIONS } from 'denoise-node';

/** What the visitor has set. */
export interface Settings {
  mix: number;
  attenuationLimit: number;
  on: boolean;
}

/** The code that does in an app what the page does now; only what differs from the defaults is spelled out. */
export function codeFor(settings: Settings, fromMicrophone: boolean): string {
  const options = [
    settings.mix !== DEFAULT_OPTIONS.mix && `mix: ${settings.mix}`,
    settings.attenuationLimit !== DEFAULT_OPTIONS.attenuationLimit && `attenuationLimit: ${settings.attenuationLimit}`,
    !settings.on && 'bypass: true',
  ].filter(Boolean);
  const source = fromMicrophone
    ? [
        'const stream = await navigator.mediaDevices.getUserMedia({',
        '  audio: { echoCancellation: true, noiseSuppression: false, autoGainControl: false },',
        '});',
        'const source = context.createMediaStreamSource(stream);',
      ]
    : ["const source = context.createMediaElementSource(document.querySelector('audio'));"];
  return [
    "import { DenoiseNode } from 'denoise-node';",
    '',
    'const context = new AudioContext();',
    ...source,
    `const denoise = new DenoiseNode(context${options.length > 0 ? `, { ${options.join(', ')} }` : ''});`,
    'source.connect(denoise).connect(context.destination);',
  ].join('\n');
}
