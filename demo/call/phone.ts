import { DenoisedTrack, MICROPHONE } from 'denoise-node/stream';
import { SourceError } from '../source-error.ts';
import { sample } from '../sources.ts';
import { Ear } from './ear.ts';
import { Peers } from './peers.ts';

/** Where the noisy side speaks from. */
interface Source {
  readonly track: MediaStreamTrack;
  close(): void;
}

/** Both ways that the sound takes to the other side. */
export interface Ears {
  readonly before: Ear;
  readonly after: Ear;
}

/**
 * One call at a time, with both sounds in it, so that the other side can compare:
 *
 *     source ─┬─────────────────► RTCPeerConnection ─► before
 *             └─► DenoisedTrack ─► RTCPeerConnection ─► after
 *
 * The source may change while the call lasts: the denoised track stays the one that is sent, the other is replaced by
 * way of a node that stays as well.
 */
export class Phone {
  readonly denoised = new DenoisedTrack();
  readonly #before = this.denoised.context.createMediaStreamDestination();
  readonly #onLost: (why: SourceError) => void;
  #request = 0;
  #source: Source | undefined;
  #beforeSource: AudioNode | undefined;
  #peers: Peers | undefined;
  #ears: Ears | undefined;

  /** To be made inside a gesture. @param onLost the device is gone, and the call goes on in silence */
  constructor(onLost: (why: SourceError) => void) {
    this.#onLost = onLost;
    this.denoised.addEventListener('inputended', () =>
      this.#onLost(
        new SourceError(
          'The microphone is gone: unplugged, or taken away by the system. The other side hears nothing: choose ' +
            'another sound, or plug it in and choose it again.',
        ),
      ),
    );
  }

  /** Undefined while nobody is called. */
  get ears(): Ears | undefined {
    return this.#ears;
  }

  /** Calls. Rejects with a SourceError where the source cannot be opened, and nobody is called then. */
  async call(source: string): Promise<void> {
    if (!(await this.use(source))) return;
    this.#peers = new Peers([this.#before.stream.getAudioTracks()[0], this.denoised.track]);
    const [before, after] = await this.#peers.received;
    const { context } = this.denoised;
    this.#ears = { before: new Ear(context, before), after: new Ear(context, after) };
  }

  /**
   * Goes over to another source; the former one is kept where the new one cannot be opened. Resolves to false when it
   * was overtaken by a later call, or somebody hung up.
   */
  async use(name: string): Promise<boolean> {
    const request = ++this.#request;
    const source = await this.#open(name);
    if (request !== this.#request) {
      source.close();
      return false;
    }
    const former = this.#source;
    this.#source = source;
    this.denoised.setInput(source.track);
    this.#beforeSource?.disconnect();
    this.#beforeSource = this.denoised.context.createMediaStreamSource(new MediaStream([source.track]));
    this.#beforeSource.connect(this.#before);
    former?.close();
    this.#ears?.before.forget();
    this.#ears?.after.forget();
    return true;
  }

  /** Mutes the device itself, as the button of a call does. */
  mute(isMuted: boolean): void {
    if (this.#source !== undefined) this.#source.track.enabled = !isMuted;
  }

  /** Hangs up, and lets go of everything; a microphone's light goes out. */
  async close(): Promise<void> {
    this.#request += 1;
    this.#peers?.hangUp();
    this.#ears?.before.close();
    this.#ears?.after.close();
    this.#ears = undefined;
    this.#source?.close();
    await this.denoised.dispose();
  }

  async #open(name: string): Promise<Source> {
    if (name === 'microphone') return openMicrophone();
    const { context } = this.denoised;
    const source = await sample(`../samples/${name}.wav`)(context);
    const destination = new MediaStreamAudioDestinationNode(context, { channelCount: source.channelCount });
    source.node.connect(destination);
    const [track] = destination.stream.getAudioTracks();
    const close = (): void => {
      source.stop();
      source.node.disconnect();
      track.stop();
    };
    return { track, close };
  }
}

async function openMicrophone(): Promise<Source> {
  if (!navigator.mediaDevices)
    throw new SourceError(
      'A page may use the microphone only over https or on localhost. Open this page there, or choose a sample.',
    );
  const stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE }).catch((cause: unknown) => {
    throw SourceError.ofMicrophone(cause);
  });
  const [track] = stream.getAudioTracks();
  return { track, close: () => track.stop() };
}
