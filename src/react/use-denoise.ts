/**
 * In:     a stream, or none yet, and options, by render
 * Out:    node, denoised stream, state and error, by render
 * Thread: [main]
 */
import { useEffect, useMemo, useRef, useState } from 'react';
import { DenoisedTrack } from '../stream/index.ts';
import { requireStream, requireTrack } from '../stream/require-input.ts';
import type { Denoised, UseDenoiseOptions } from './denoised.ts';
import { useLevels } from './use-levels.ts';
import { useSnapshot } from './use-snapshot.ts';

/**
 * Denoises a stream for as long as the component is mounted; safe under StrictMode and server rendering, where it gives
 * `idle`. Options may change with any render: levels, `bypass` and `model` while the sound runs, others by a new node
 * and so a new `stream`. The stream that is given is never stopped.
 *
 * @param stream a microphone's, or null while there is none
 *
 * @example
 * ```tsx
 * import { useDenoise } from 'denoise-node/react';
 *
 * export function Listen({ microphone }: { microphone: MediaStream | null }) {
 *   const { stream, state, error } = useDenoise(microphone, { attenuationLimit: 30 });
 *   return (
 *     <>
 *       <audio autoPlay ref={(audio) => void (audio && (audio.srcObject = stream))} />
 *       <p>{error?.message ?? state}</p>
 *     </>
 *   );
 * }
 * ```
 */
export function useDenoise(stream: MediaStream | null | undefined, options: UseDenoiseOptions = {}): Denoised {
  const [denoised, setDenoised] = useState<DenoisedTrack | null>(null);
  const [problem, setProblem] = useState<Error | null>(null);
  const [isWanted, setWanted] = useState(false);
  if (stream != null && !isWanted) setWanted(true);
  const latest = useRef(options);
  latest.current = options;

  const { context, constrainInput, background, latencyHint, transport, maxChannels, assets } = options;
  // URLs and literals of an object are others in each render, and say the same. What is not set anew makes another one.
  const files = JSON.stringify(assets);
  useEffect(() => {
    if (!isWanted) return undefined;
    let made: DenoisedTrack;
    try {
      made = new DenoisedTrack(latest.current);
    } catch (error) {
      setProblem(error as Error);
      return undefined;
    }
    setProblem(null);
    setDenoised(made);
    return () => {
      setDenoised(null);
      void made.dispose();
    };
  }, [isWanted, context, constrainInput, background, latencyHint, transport, maxChannels, files]);

  useEffect(() => {
    if (denoised === null) return undefined;
    return followInput(denoised, stream ?? null, setProblem);
  }, [denoised, stream]);

  useLevels(denoised?.node ?? null, options, setProblem);
  const { state, error } = useSnapshot(denoised);
  const output = useMemo(() => {
    const video = stream?.getVideoTracks?.() ?? [];
    if (denoised === null || video.length === 0) return denoised?.stream ?? null;
    return new MediaStream([denoised.track, ...video]);
  }, [denoised, stream]);
  const node = denoised?.node ?? null;
  return {
    node,
    stream: output,
    state,
    get error() {
      // Who takes it has heard of failures, and the node leaves the console alone.
      void node?.ready;
      return problem ?? error;
    },
  };
}

/** Takes the stream's first audio track that lives, and the next one where that is replaced. Returns how to stop. */
function followInput(
  denoised: DenoisedTrack,
  stream: MediaStream | null,
  tell: (problem: Error | null) => void,
): () => void {
  const take = (): void => {
    // Another one is on its way, or the app has closed the context: `state` tells.
    if (denoised.state === 'disposed') return;
    try {
      denoised.setInput(stream === null ? null : trackOf(stream));
      tell(null);
    } catch (error) {
      if (denoised.track.readyState === 'live') denoised.setInput(null);
      tell(error as Error);
    }
  };
  take();
  const listening = new AbortController();
  for (const type of ['addtrack', 'removetrack']) stream?.addEventListener?.(type, take, { signal: listening.signal });
  return () => listening.abort();
}

function trackOf(stream: MediaStream): MediaStreamTrack {
  const tracks = requireStream(stream, 'useDenoise()').getAudioTracks();
  return tracks.find(({ readyState }) => readyState === 'live') ?? requireTrack(tracks[0], 'useDenoise()');
}
