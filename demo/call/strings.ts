/** What the page of the call tells its visitor. */
import type { DenoisedTrack } from 'denoise-node/stream';

/** How the call is doing. */
export function callString(denoised: DenoisedTrack | undefined, isCalled: boolean): string {
  if (denoised === undefined) return 'Nobody is called yet.';
  if (denoised.state === 'interrupted') return 'The system has taken the sound away, perhaps for a call of its own.';
  if (denoised.state === 'held') return 'The browser holds the sound back: click or tap anywhere on this page.';
  if (!isCalled) return 'Calling…';
  switch (denoised.node.state) {
    case 'running':
      return 'In a call. The other side can hear both, before and after.';
    case 'loading':
      return 'In a call. The model is loading: until it is there, both sides sound alike.';
    case 'overloaded':
      return 'In a call. This machine cannot keep up right now: both sides sound alike until it can.';
    case 'recovering':
      return 'In a call. The worker stopped and is being replaced: both sides sound alike until then.';
    default:
      return 'In a call. The denoiser failed: both sides sound alike.';
  }
}

/** A level for people; a dash while there is none. */
export function levelString(db: number | undefined): string {
  if (db === undefined) return '-';
  if (db < -90) return 'silence';
  return `−${Math.abs(db).toFixed(0)} dB`;
}
