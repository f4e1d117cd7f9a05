import { DenoiseError } from '../shared/errors.ts';
import { isMicrophone } from './browser-processing.ts';

/** A track's sound in a graph. */
export interface TrackSource {
  readonly node: AudioNode;
  close(): void;
}

/**
 * Reads a track. Throws a DenoiseError 'unsupported' where the browser wants context and track to be of the same rate,
 * and they are not, as Firefox did for long (https://bugzilla.mozilla.org/show_bug.cgi?id=1674892).
 */
export function openSource(context: AudioContext, track: MediaStreamTrack): TrackSource {
  const stream = new MediaStream([track]);
  const node = sourceNode(context, stream);
  const puller = isMicrophone(track) ? undefined : pull(stream);
  return {
    node,
    close: () => {
      node.disconnect();
      if (puller !== undefined) puller.srcObject = null;
    },
  };
}

function sourceNode(context: AudioContext, stream: MediaStream): AudioNode {
  try {
    return context.createMediaStreamSource(stream);
  } catch (cause) {
    if (!(cause instanceof DOMException) || cause.name !== 'NotSupportedError') throw cause;
    throw new DenoiseError(
      'unsupported',
      `This browser takes no track of another rate than its context, whose rate is ${context.sampleRate} Hz: ` +
        'create the AudioContext without a sampleRate, or leave the option "context" out.',
      { cause },
    );
  }
}

/**
 * Chromium gives a graph nothing of a remote track until an element pulls at it, which need not play
 * (https://crbug.com/933677).
 */
function pull(stream: MediaStream): HTMLAudioElement {
  const puller = new Audio();
  puller.muted = true;
  puller.srcObject = stream;
  return puller;
}
