/** What to ask `getUserMedia` for: echo cancellation, which no denoiser does, and nothing that takes its work away. */
export const MICROPHONE = {
  echoCancellation: true,
  noiseSuppression: false,
  autoGainControl: false,
} as const satisfies MediaTrackConstraints;

type Setting = keyof typeof MICROPHONE;

/** What the browser does to a microphone before anyone else gets its sound; undefined where it does not tell. */
export interface BrowserProcessing {
  /** Should be on: the network takes out noise, not the far end's voice. */
  readonly echoCancellation: boolean | undefined;
  /** Should be off: it leaves the network little to do, and takes some of the voice. */
  readonly noiseSuppression: boolean | undefined;
  /** Should be off: it turns the noise up in each pause of the voice. */
  readonly autoGainControl: boolean | undefined;
  /** One sentence on what is not as it should be, and what to do; the empty string where there is nothing to say. */
  readonly advice: string;
}

/** Of no input, or of a track that is no microphone. */
export const UNPROCESSED: BrowserProcessing = {
  echoCancellation: undefined,
  noiseSuppression: undefined,
  autoGainControl: undefined,
  advice: '',
};

/** Whether a browser processes a track at all: those of a microphone say how, others do not. */
export function isMicrophone(track: MediaStreamTrack): boolean {
  return track.getSettings().echoCancellation !== undefined;
}

/**
 * Asks the browser to cancel echoes and leave the rest to us, where it does otherwise; the track's other constraints
 * stay. Resolves, never rejects, to what it does then.
 */
export async function askBrowser(track: MediaStreamTrack): Promise<BrowserProcessing> {
  const wrong = wrongIn(processingOf(track));
  if (wrong.length > 0) {
    const wanted = Object.fromEntries(wrong.map((setting) => [setting, MICROPHONE[setting]]));
    await track.applyConstraints({ ...track.getConstraints(), ...wanted }).catch(() => {}); // The settings tell.
  }
  return processingOf(track);
}

/** What the browser does to a track now. */
export function processingOf(track: MediaStreamTrack): BrowserProcessing {
  const settings = track.getSettings();
  const processing = {
    // Browsers that know several kinds of it name the kind.
    echoCancellation: settings.echoCancellation === undefined ? undefined : Boolean(settings.echoCancellation),
    noiseSuppression: settings.noiseSuppression,
    autoGainControl: settings.autoGainControl,
    advice: '',
  };
  return { ...processing, advice: adviceOn(wrongIn(processing)) };
}

function wrongIn(processing: BrowserProcessing): Setting[] {
  return (Object.keys(MICROPHONE) as Setting[]).filter(
    (setting) => processing[setting] !== undefined && processing[setting] !== MICROPHONE[setting],
  );
}

const NAMES: Readonly<Record<Setting, string>> = {
  echoCancellation: 'does not cancel echoes',
  noiseSuppression: 'suppresses noise itself',
  autoGainControl: 'changes its gain itself',
};

function adviceOn(wrong: readonly Setting[]): string {
  if (wrong.length === 0) return '';
  const asked = wrong.map((setting) => `${setting}: ${MICROPHONE[setting]}`).join(', ');
  const echo = wrong.includes('echoCancellation') ? ' Without it, people should wear headphones.' : '';
  return (
    `The browser ${wrong.map((setting) => NAMES[setting]).join(' and ')} on this microphone, and did not change that ` +
    `when asked: open it anew by getUserMedia({ audio: { ${asked} } }), after its tracks have been stopped.${echo}`
  );
}
