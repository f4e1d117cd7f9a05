import { nameOf } from '../main/audio-family.ts';

/** Throws a TypeError that says what to do, where this is not an audio track that still gives sound. */
export function requireTrack(track: unknown, what: string): MediaStreamTrack {
  if (!isTrack(track)) throw new TypeError(`${what}: expected an audio track, got ${named(track)}.${hintOn(track)}`);
  if (track.kind !== 'audio')
    throw new TypeError(
      `${what}: expected an audio track, got one of video: take stream.getAudioTracks()[0] instead of getTracks()[0].`,
    );
  if (track.readyState === 'ended')
    throw new TypeError(
      `${what}: expected a live audio track, got one that has ended, and such a track never sounds again: ` +
        'ask getUserMedia for another one.',
    );
  return track;
}

/** Throws a TypeError that says what to do, where this is not a stream with sound. */
export function requireStream(stream: unknown, what: string): MediaStream {
  if (!isStream(stream)) {
    const hint = isTrack(stream) ? ' For a track there is denoiseTrack().' : hintOn(stream);
    throw new TypeError(`${what}: expected a MediaStream, got ${named(stream)}.${hint}`);
  }
  if (stream.getAudioTracks().length === 0)
    throw new TypeError(
      `${what}: expected a stream with an audio track, got one with ${stream.getVideoTracks().length} of video and ` +
        'none of audio: ask getUserMedia for { audio: true }.',
    );
  return stream;
}

// By their names, because `instanceof` would refuse those of another frame.
function isTrack(value: unknown): value is MediaStreamTrack {
  return /^\[object (?:\w*MediaStreamTrack|MediaStreamTrackGenerator)\]$/.test(tagOf(value));
}

function isStream(value: unknown): value is MediaStream {
  return tagOf(value) === '[object MediaStream]';
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

function named(value: unknown): string {
  return isStream(value) ? 'a MediaStream' : nameOf(value);
}

function hintOn(value: unknown): string {
  if (isStream(value)) return ' Take its stream.getAudioTracks()[0].';
  return value instanceof Promise ? ' Await it first.' : '';
}
