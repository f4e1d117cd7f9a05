import { expect } from '@esm-bundle/chai';
import { needsSound } from '../support/browser-limits.ts';
import { DenoisedTrack, until, untilNothingIsLeft } from './support.ts';

/** What the page hears of the elements that its scripts make and do not show. */
function rememberElements(): { readonly made: readonly HTMLAudioElement[]; forget(): void } {
  const made: HTMLAudioElement[] = [];
  const { Audio: Native } = window;
  window.Audio = class extends Native {
    constructor(src?: string) {
      super(src);
      made.push(this);
    }
  };
  const forget = (): void => {
    window.Audio = Native;
  };
  return { made, forget };
}

describe('a denoised track that asks to go on in the background', () => {
  let elements: ReturnType<typeof rememberElements>;

  beforeEach(async function () {
    await needsSound(this);
    elements = rememberElements();
  });

  afterEach(() => {
    elements.forget();
    navigator.mediaSession.metadata = null;
  });

  after(untilNothingIsLeft);

  it('plays silence, named as its page, until it is disposed', async () => {
    document.title = 'A call';
    const denoised = new DenoisedTrack({ background: true });
    const [element] = elements.made;
    await until('it plays', () => !element.paused && element.currentTime > 0);
    expect((element.srcObject as MediaStream).getAudioTracks()).to.have.lengthOf(1);
    expect(navigator.mediaSession.metadata?.title).to.equal('A call');
    await denoised.dispose();
    expect([element.paused, element.srcObject, navigator.mediaSession.metadata]).to.deep.equal([true, null, null]);
  });

  it('leaves what the app itself tells the system', async () => {
    const own = new MediaMetadata({ title: 'The app’s' });
    navigator.mediaSession.metadata = own;
    const denoised = new DenoisedTrack({ background: true });
    expect(navigator.mediaSession.metadata?.title).to.equal('The app’s');
    await denoised.dispose();
    expect(navigator.mediaSession.metadata?.title).to.equal('The app’s');
  });

  it('does none of that where it is not asked to', async () => {
    const denoised = new DenoisedTrack();
    expect(elements.made).to.have.lengthOf(0);
    expect(navigator.mediaSession.metadata).to.equal(null);
    await denoised.dispose();
  });
});
