/**
 * In:     the track of a Vonage publisher's microphone, or of a subscriber
 * Out:    the track that it sends, or plays, in its place
 * Thread: [main]
 */
import { DenoiseError } from '../shared/errors.ts';
import { isMicrophone } from '../stream/browser-processing.ts';
import { requireTrack } from '../stream/require-input.ts';
import { requireMethod } from './require-method.ts';
import { TrackAdapter } from './track-adapter.ts';

/**
 * A connector for a publisher or a subscriber of Vonage Video, a `MediaProcessorConnector`. One is for one of them at a
 * time; it may be set again, and has the settings then that it had.
 *
 * @example
 * ```ts
 * import { DenoiseConnector } from 'denoise-node/vonage';
 *
 * const connector = new DenoiseConnector({ attenuationLimit: 30 });
 * interface Publisher {
 *   setAudioMediaProcessorConnector(connector: DenoiseConnector | null): Promise<void>;
 * }
 * async function denoise(publisher: Publisher): Promise<void> {
 *   await connector.setOn(publisher); // setAudioMediaProcessorConnector(null) takes it away
 * }
 * ```
 */
export class DenoiseConnector extends TrackAdapter {
  #track: MediaStreamTrack | undefined;
  /** What is denoised: the same, or a copy. */
  #heard: MediaStreamTrack | undefined;
  #output: MediaStreamTrack | undefined;

  /**
   * Sets it on a publisher or subscriber, as `setAudioMediaProcessorConnector` does. Rejects with a TypeError for what
   * has no such method: another object, or one of a Vonage that is too old.
   */
  async setOn(publisher: {
    setAudioMediaProcessorConnector(connector: DenoiseConnector): Promise<void>;
  }): Promise<void> {
    const expected = 'a publisher or subscriber of @vonage/client-sdk-video, or of @opentok/client 2.24';
    requireMethod(publisher, 'setAudioMediaProcessorConnector', 'DenoiseConnector', expected);
    await publisher.setAudioMediaProcessorConnector(this);
  }

  /**
   * For Vonage: the track in place of its own, which is the same one as long as nobody stops it. Rejects with a
   * TypeError for what is no live audio track. Where sound cannot be denoised (the context was closed) it is Vonage's
   * own track, and the console tells why: a publisher that gets none sends silence.
   */
  async setTrack(track: MediaStreamTrack): Promise<MediaStreamTrack> {
    requireTrack(track, 'DenoiseConnector');
    try {
      return this.#replace(track);
    } catch (error) {
      if (!(error instanceof DenoiseError)) throw error;
      console.warn(`DenoiseConnector: ${error.message} The sound goes on as it is.`);
      return track;
    }
  }

  /** For Vonage: ends, and frees all that is held. The microphone goes on. */
  destroy(): Promise<void> {
    this.#output?.stop();
    if (this.#heard !== this.#track) this.#heard?.stop();
    this.#track = undefined;
    this.#heard = undefined;
    this.#output = undefined;
    return this.close(this.denoised);
  }

  #replace(track: MediaStreamTrack): MediaStreamTrack {
    if (track !== this.#track) this.#hear(track);
    // Vonage stops what it has got when it opens another microphone.
    if (this.denoised !== undefined && this.#output?.readyState !== 'live')
      this.#output = asGenerated(this.denoised.track.clone());
    return this.#output ?? track;
  }

  #hear(track: MediaStreamTrack): void {
    const before = this.#heard;
    const isCopy = before !== this.#track;
    const heard = Generated === undefined ? track.clone() : track;
    try {
      if (this.denoised === undefined) this.open(heard);
      else this.denoised.setInput(heard);
    } catch (error) {
      if (heard !== track) heard.stop();
      throw error;
    }
    this.#track = track;
    this.#heard = heard;
    // A publisher without a connector does so: nobody else knows of the microphone any more.
    if (before !== undefined && (isCopy || isMicrophone(before))) before.stop();
  }
}

/** Chromium's class of tracks that a page fills by itself. */
const Generated = (globalThis as { MediaStreamTrackGenerator?: { readonly prototype: MediaStreamTrack } })
  .MediaStreamTrackGenerator;

/**
 * A publisher stops its own track, which is what ours is made of, unless it gets an instance of that class. Browsers
 * without it keep nothing alive: there a copy of the track is denoised.
 */
function asGenerated(track: MediaStreamTrack): MediaStreamTrack {
  return Generated === undefined ? track : Object.setPrototypeOf(track, Generated.prototype);
}
