import { SourceError } from './words.ts';

/** Noisy recordings in demo/samples, by name. */
export const SAMPLES = ['crowd', 'rain', 'keyboard'] as const;

/** A sound that plays into the graph. */
export interface Source {
  readonly node: AudioNode;
  /** Whether hearing it is safe without asking: a microphone beside loudspeakers howls. */
  readonly live: boolean;
  stop(): void;
}

/** Opens a source in a context; rejects with a {@link SourceError} that says what to do. */
export type OpenSource = (context: AudioContext) => Promise<Source>;

/** A recording from this server, in a loop. */
export function sample(url: string): OpenSource {
  return async (context) => {
    const response = await fetch(url).catch((cause: unknown) => {
      throw new SourceError('The sample could not be fetched. Is the server still running? Start it again, then try once more.', { cause });
    });
    if (!response.ok) throw new SourceError(`The sample could not be fetched: the server answered ${response.status}. Try another one, or a file of your own.`);
    return loop(context, await response.arrayBuffer(), 'The sample');
  };
}

/** A recording of the visitor, in a loop. It is read here and sent nowhere. */
export function recording(file: File): OpenSource {
  return async (context) => loop(context, await file.arrayBuffer(), `“${file.name}”`);
}

/** The microphone, without the browser's own noise suppression, which would leave nothing to show. */
export function microphone(deviceId: string): OpenSource {
  return async (context) => {
    if (!navigator.mediaDevices) throw new SourceError('A page may use the microphone only over https or on localhost. Open this page there, or try a sample.');
    const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: false, autoGainControl: false };
    if (deviceId) audio.deviceId = { exact: deviceId };
    const stream = await navigator.mediaDevices.getUserMedia({ audio }).catch((cause: unknown) => {
      throw SourceError.ofMicrophone(cause);
    });
    return {
      node: context.createMediaStreamSource(stream),
      live: true,
      stop: () => {
        for (const track of stream.getTracks()) track.stop();
      },
    };
  };
}

/** Microphones to choose from. Browsers tell their names only after one was allowed. */
export async function microphones(): Promise<MediaDeviceInfo[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter(({ kind, label }) => kind === 'audioinput' && label !== '');
}

async function loop(context: AudioContext, encoded: ArrayBuffer, name: string): Promise<Source> {
  const buffer = await context.decodeAudioData(encoded).catch((cause: unknown) => {
    throw new SourceError(`${name} is nothing that this browser can decode. Try a WAV, MP3, OGG, FLAC or M4A file.`, { cause });
  });
  const node = new AudioBufferSourceNode(context, { buffer, loop: true });
  node.start();
  return { node, live: false, stop: () => node.stop() };
}
