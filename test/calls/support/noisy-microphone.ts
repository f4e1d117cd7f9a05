/** A microphone as calls get it, made of a voice that pauses and of noise that does not. */

/** Where the page's server has the voice. */
const VOICE = '/test/fixtures/clean-speech.wav';
/** Between two readings of it the noise is alone, so that its floor can be measured. */
const PAUSE_SECONDS = 1.6;

export interface NoisyMicrophone {
  /** Live, of one channel; the caller may stop it, mute it, or clone it. */
  readonly track: MediaStreamTrack;
  readonly stream: MediaStream;
  readonly sampleRateHz: number;
  /** Unplugs it: the track is stopped, without an event, as by an app. */
  close(): Promise<void>;
}

/**
 * Opens one. It starts at once where the page may make sound.
 * @param sampleRateHz that of the device; the machine's where it is left out
 * @param noiseDb level of the noise, dBFS; −Infinity for none
 */
export async function openNoisyMicrophone({
  sampleRateHz,
  noiseDb = -35,
}: {
  sampleRateHz?: number;
  noiseDb?: number;
} = {}): Promise<NoisyMicrophone> {
  const context = new AudioContext(sampleRateHz === undefined ? {} : { sampleRate: sampleRateHz });
  const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  const response = await fetch(new URL(VOICE, location.origin));
  const voice = await context.decodeAudioData(await response.arrayBuffer());
  const reading = mono(context, voice.length + Math.round(PAUSE_SECONDS * context.sampleRate));
  reading.copyToChannel(voice.getChannelData(0), 0);
  for (const buffer of [reading, noise(context, noiseDb)]) {
    const source = new AudioBufferSourceNode(context, { buffer, loop: true });
    source.connect(destination);
    source.start();
  }
  const { stream } = destination;
  const [track] = stream.getAudioTracks();
  const close = async (): Promise<void> => {
    track.stop();
    await context.close();
  };
  return { track, stream, sampleRateHz: context.sampleRate, close };
}

function mono(context: BaseAudioContext, length: number): AudioBuffer {
  return new AudioBuffer({ numberOfChannels: 1, length, sampleRate: context.sampleRate });
}

/** Three seconds of repeatable white noise, from a linear congruential generator (Numerical Recipes, §7.1). */
function noise(context: BaseAudioContext, levelDb: number): AudioBuffer {
  const buffer = mono(context, 3 * context.sampleRate);
  const samples = buffer.getChannelData(0);
  // Evenly spread between ±peak, noise has the level peak / √3.
  const peak = Math.sqrt(3) * 10 ** (levelDb / 20);
  let state = 1;
  for (let i = 0; i < samples.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    samples[i] = peak * (state / 2 ** 31 - 1);
  }
  return buffer;
}
