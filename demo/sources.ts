import { SourceError } from './source-error.ts';

/** Noisy recordings in demo/samples, by name. */
export const SAMPLES = ['crowd', 'rain', 'keyboard'] as const;

/** A sound that plays into the graph. */
export interface Source {
  readonly node: AudioNode;
  /** Channels worth recording, 1 or 2. */
  readonly channelCount: number;
  /** Whether it is a microphone, which may howl over loudspeakers: it is heard only where the visitor asks for it. */
  readonly live: boolean;
  /** What a visitor should know about this sound, in a sentence; empty where there is nothing to say. */
  readonly note: string;
  /** Resolves when the sound ends by itself, with why: a microphone that was unplugged. */
  readonly lost: Promise<SourceError>;
  stop(): void;
}

/** Opens a source in a context; rejects with a {@link SourceError} that says what to do. */
export type OpenSource = (context: AudioContext) => Promise<Source>;

/** Which microphone, and what the browser does to its sound before anyone else gets it. */
export interface MicrophoneSettings {
  /** Empty for the browser's choice. */
  readonly deviceId: string;
  /**
   * Whether the browser's own noise suppression and gain control are on: only to compare, for they leave the model
   * little to do.
   */
  readonly browserProcessing: boolean;
}

/** Larger files, in bytes, are played from where they lie: an hour of MP3 decodes to more than a gigabyte. */
const DECODED_AT_MOST = 24e6;
const LONGEST_LOOP_SECONDS = 20 * 60;

const NEVER = new Promise<never>(() => {});

/** A recording from this server, in a loop. */
export function sample(url: string): OpenSource {
  return async (context) => {
    const response = await fetch(url).catch((cause: unknown) => {
      throw new SourceError(
        'The sample could not be fetched. Is the server still running? Start it again, then try once more.',
        { cause },
      );
    });
    if (!response.ok)
      throw new SourceError(
        `The sample could not be fetched: the server answered ${response.status}. ` +
          'Try another one, or a file of your own.',
      );
    return loop(context, await decode(context, await response.arrayBuffer(), 'the sample'));
  };
}

/** A recording of the visitor, in a loop. It is read here and sent nowhere. */
export function recording(file: File): OpenSource {
  return async (context) => {
    const name = `“${file.name}”`;
    if (file.size === 0) throw new SourceError(`${name} is empty: it has no bytes at all. Choose another file.`);
    if (file.size > DECODED_AT_MOST) return stream(context, file, name);
    const bytes = await file.arrayBuffer().catch((cause: unknown) => {
      throw new SourceError(`${name} could not be read. Was it moved or deleted? Choose it again.`, { cause });
    });
    return loop(context, await decode(context, bytes, name));
  };
}

/** The microphone. Echo cancellation is always on; it is what this page does not do. */
export function microphone({ deviceId, browserProcessing }: MicrophoneSettings): OpenSource {
  return async (context) => {
    if (!navigator.mediaDevices)
      throw new SourceError(
        'A page may use the microphone only over https or on localhost. Open this page there, or try a sample.',
      );
    const audio: MediaTrackConstraints = {
      echoCancellation: true,
      noiseSuppression: browserProcessing,
      autoGainControl: browserProcessing,
    };
    if (deviceId) audio.deviceId = { exact: deviceId };
    const stream = await navigator.mediaDevices.getUserMedia({ audio }).catch((cause: unknown) => {
      throw SourceError.ofMicrophone(cause);
    });
    const [track] = stream.getAudioTracks();
    const lost = new Promise<SourceError>((resolve) => {
      track.addEventListener('ended', () =>
        resolve(
          new SourceError(
            'The microphone is gone: unplugged, or taken away by the system. ' +
              'Plug it in or choose another one, then start again.',
          ),
        ),
      );
    });
    return {
      node: context.createMediaStreamSource(stream),
      channelCount: Math.min(2, track.getSettings().channelCount ?? 1),
      live: true,
      note: noteOf(track, browserProcessing),
      lost,
      stop: () => {
        for (const each of stream.getTracks()) each.stop();
      },
    };
  };
}

/** Microphones to choose from. Browsers tell their names only after one was allowed. */
export async function microphones(): Promise<MediaDeviceInfo[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter(({ kind, label }) => kind === 'audioinput' && label !== '');
}

/** What the browser really does, which is not always what it was asked for. */
function noteOf(track: MediaStreamTrack, browserProcessing: boolean): string {
  const { noiseSuppression, autoGainControl, echoCancellation } = track.getSettings();
  if (!browserProcessing && (noiseSuppression || autoGainControl)) {
    return (
      'This browser or device cleans the microphone before the page gets it, and cannot be told to stop. ' +
      '“Original” is what is left.'
    );
  }
  if (browserProcessing && noiseSuppression === false)
    return 'This browser has no noise suppression of its own for this microphone.';
  if (browserProcessing)
    return (
      'On now: the browser’s own noise suppression and gain. ' +
      '“Original” is its result, and the model works on top of it.'
    );
  return echoCancellation === false ? 'This browser cancels no echo: wear headphones if you speak with someone.' : '';
}

async function decode(context: AudioContext, encoded: ArrayBuffer, name: string): Promise<AudioBuffer> {
  const buffer = await context.decodeAudioData(encoded).catch((cause: unknown) => {
    throw new SourceError(`This browser cannot decode ${name}. Try a WAV, MP3, OGG, FLAC or M4A file.`, {
      cause,
    });
  });
  if (buffer.length === 0) throw new SourceError(`There is no sound in ${name}. Choose another file.`);
  return buffer;
}

function loop(context: AudioContext, buffer: AudioBuffer): Source {
  const notes = [replaceNonFinite(buffer), isSilent(buffer) ? 'This recording is silent from beginning to end.' : ''];
  if (buffer.duration > LONGEST_LOOP_SECONDS)
    notes.push('A long one: the file studio processes it faster than it sounds.');
  const node = new AudioBufferSourceNode(context, { buffer, loop: true });
  node.start();
  return {
    node,
    channelCount: Math.min(2, buffer.numberOfChannels),
    live: false,
    note: notes.filter(Boolean).join(' '),
    lost: NEVER,
    stop: () => node.stop(),
  };
}

/** Plays from the file itself, so that memory does not grow with its length. */
async function stream(context: AudioContext, file: File, name: string): Promise<Source> {
  const url = URL.createObjectURL(file);
  const element = new Audio(url);
  element.loop = true;
  const stop = () => {
    element.pause();
    element.removeAttribute('src');
    URL.revokeObjectURL(url);
  };
  const node = context.createMediaElementSource(element);
  await element.play().catch((cause: unknown) => {
    stop();
    throw new SourceError(`This browser cannot play ${name}. Try a WAV, MP3, OGG, FLAC or M4A file.`, {
      cause,
    });
  });
  const lost = new Promise<SourceError>((resolve) => {
    element.addEventListener(
      'error',
      () => element.src && resolve(new SourceError(`The rest of ${name} cannot be read: it is damaged, or was moved.`)),
    );
  });
  return {
    node,
    channelCount: 2,
    live: false,
    note: 'A long one: the file studio processes it faster than it sounds.',
    lost,
    stop,
  };
}

/** Files of floats may hold what is not a number, which would silence every node downstream for good. */
function replaceNonFinite(buffer: AudioBuffer): string {
  let count = 0;
  for (let c = 0; c < buffer.numberOfChannels; c++) {
    const samples = buffer.getChannelData(c);
    for (let i = 0; i < samples.length; i++) {
      if (Number.isFinite(samples[i])) continue;
      samples[i] = 0;
      count += 1;
    }
  }
  return count === 0 ? '' : `${count} samples of this recording are not numbers, and count as silence.`;
}

function isSilent(buffer: AudioBuffer): boolean {
  for (let c = 0; c < buffer.numberOfChannels; c++)
    if (buffer.getChannelData(c).some((sample) => sample !== 0)) return false;
  return true;
}
