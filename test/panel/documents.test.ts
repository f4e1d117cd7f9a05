import { expect } from '@esm-bundle/chai';
import { sendMouse } from '@web/test-runner-commands';
import { preferStillness, restorePreferences, skip } from '../support/browser-limits.ts';
import { DenoiseNode, type DenoisePanel, place, sound, textOf, until, untilState } from './support.ts';

/** Wide enough for a panel beside the margins of a page. */
const WIDTH = 900;

let frame: HTMLIFrameElement;

// Chromium does not tell of the transitions of an element that has moved.
before(preferStillness);
after(restorePreferences);

beforeEach(() => {
  // As windows for pop-ups and picture-in-picture are: empty, and in quirks mode.
  frame = document.createElement('iframe');
  Object.assign(frame.style, { position: 'fixed', inset: '0', width: `${WIDTH}px`, height: '900px', border: '0' });
  document.body.append(frame);
});

afterEach(() => {
  document.body.replaceChildren();
});

type Looks = Record<string, Record<string, string>>;

/** Computed styles of an element and of all inside it, by where they are, once none is on its way to another. */
async function looksOf(element: Element): Promise<Looks> {
  stylesOf(element); // Transitions begin when somebody looks.
  await Promise.allSettled(element.ownerDocument.getAnimations().map(({ finished }) => finished));
  return stylesOf(element);
}

function stylesOf(element: Element): Looks {
  const looks: Looks = {};
  const view = element.ownerDocument.defaultView!;
  const look = (at: Element, path: string): void => {
    const style = view.getComputedStyle(at);
    looks[path] = Object.fromEntries(Array.from(style, (name) => [name, style.getPropertyValue(name)]));
    for (const [parent, mark] of [
      [at, '>'],
      [at.shadowRoot, '#'],
    ] as const)
      Array.from(parent?.children ?? []).forEach((child, i) => {
        look(child, `${path} ${mark} ${child.localName}${i}`);
      });
  };
  look(element, element.localName);
  return looks;
}

/** What has changed, to be read. */
function changes(before: Looks, now: Looks): string[] {
  return Object.entries(before).flatMap(([path, style]) =>
    Object.entries(style)
      .filter(([name, value]) => now[path]?.[name] !== value)
      .map(([name, value]) => `${path}: ${name} was ${value}, is ${now[path]?.[name]}`),
  );
}

/** A window of another size would have other looks. */
const WINDOW = { width: WIDTH, height: 900 };

/** Does what browsers ask a gesture for. */
async function byClick<T>(act: () => T): Promise<T> {
  const button = document.createElement('button');
  Object.assign(button.style, { position: 'fixed', inset: '0', zIndex: '9' });
  document.body.append(button);
  const done = new Promise<T>((resolve) => {
    button.onclick = () => resolve(act());
  });
  await sendMouse({ type: 'click', position: [20, 20] });
  button.remove();
  return done;
}

async function openPopUp(test: Mocha.Context): Promise<Window> {
  const popUp = await byClick(() => window.open('', '', `popup,width=${WINDOW.width},height=${WINDOW.height}`));
  return popUp ?? skip(test, 'windows');
}

async function openPictureInPicture(test: Mocha.Context): Promise<Window> {
  const { documentPictureInPicture } = window as unknown as {
    documentPictureInPicture?: { requestWindow(size: object): Promise<Window> };
  };
  if (!documentPictureInPicture) skip(test, 'windows');
  return byClick(() => documentPictureInPicture.requestWindow(WINDOW)).catch((error) => {
    console.info(String(error));
    return skip(test, 'windows');
  });
}

describe('an element that moves to another document', () => {
  for (const tag of ['denoise-panel', 'denoise-slider', 'denoise-meter', 'denoise-spectrogram'] as const) {
    it(`looks the same there, and when it is back (${tag})`, async () => {
      const element = document.createElement(tag);
      Object.assign(element, { label: 'Name' });
      Object.assign(element.style, { width: '700px', height: '400px' });
      document.body.append(element);
      await element.updateComplete;
      const before = await looksOf(element);
      expect(Object.keys(before).length, 'parts').to.be.above(4);
      for (const body of [frame.contentDocument!.body, document.body]) {
        body.append(element);
        await element.updateComplete;
        expect(element.ownerDocument).to.equal(body.ownerDocument);
        expect(changes(before, await looksOf(element)).slice(0, 5)).to.deep.equal([]);
      }
    });

    it(`looks the same where it was made for another (${tag})`, async () => {
      const element = document.createElement(tag);
      Object.assign(element.style, { width: '700px', height: '400px' });
      frame.contentDocument!.body.append(element);
      await element.updateComplete;
      const before = await looksOf(element);
      document.body.append(element);
      await element.updateComplete;
      expect(changes(before, await looksOf(element)).slice(0, 5)).to.deep.equal([]);
      expect(before).to.not.deep.equal({});
      expect(element.shadowRoot!.adoptedStyleSheets).to.not.have.lengthOf(0);
    });
  }

  for (const [what, open] of [
    ['a pop-up', openPopUp],
    ['a picture-in-picture window', openPictureInPicture],
  ] as const)
    it(`looks the same in ${what}, and when it is back`, async function () {
      // What this page was brought to prefer holds in no other window.
      await restorePreferences();
      const panel = await place({ theme: 'light' });
      const before = await looksOf(panel);
      const other = await open(this);
      try {
        for (const body of [other.document.body, document.body]) {
          body.append(panel);
          await panel.updateComplete;
          expect(panel.ownerDocument).to.equal(body.ownerDocument);
          // A window that is new makes transitions of all that is styled first, and tells of none of them.
          let unlike = changes(before, await looksOf(panel));
          for (let tries = 0; tries < 100 && unlike.length > 0; tries++) {
            await new Promise((resolve) => setTimeout(resolve, 20));
            unlike = changes(before, await looksOf(panel));
          }
          expect(unlike.slice(0, 5)).to.deep.equal([]);
          const [sheet] = panel.shadowRoot!.adoptedStyleSheets;
          expect(sheet).to.be.instanceOf((body.ownerDocument.defaultView as typeof window).CSSStyleSheet);
        }
      } finally {
        other.close();
        await preferStillness();
      }
    });

  it('survives a document that shows nothing', async () => {
    const panel = await place();
    const before = await looksOf(panel);
    const template = document.createElement('template');
    template.content.append(panel);
    document.body.append(panel);
    await panel.updateComplete;
    expect(changes(before, await looksOf(panel)).slice(0, 5)).to.deep.equal([]);
  });

  it('has figures in the first frames of a page that has just begun', async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    const node = new DenoiseNode(context);
    await node.ready; // Nothing happens to it from now on.
    await until('the context runs', () => context.state === 'running');
    let measured = 0;
    const { getMetrics } = node;
    node.getMetrics = () => {
      measured += 1;
      return getMetrics.call(node);
    };
    const panel = await place({ node });
    // The frames of the other page are those of its first 100 ms.
    const view = frame.contentWindow!;
    const requestFrame = view.requestAnimationFrame.bind(view);
    let frames = 0;
    view.requestAnimationFrame = (callback) =>
      requestFrame(() => {
        frames += 1;
        if (frames <= 5) callback(20 * frames);
      });
    view.document.body.append(panel);
    const bound = measured;
    await until('some frames have passed', () => frames > 5);
    expect(measured).to.be.above(bound);
    node.dispose();
    await context.close();
  });

  it('goes on with its work there: figures, levels, pictures and language', async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    const node = new DenoiseNode(context);
    sound(context, node);
    const panel: DenoisePanel = await place({ node });
    await node.ready;
    await untilState(panel, 'live');
    const there = frame.contentDocument!;
    there.documentElement.lang = 'de';
    for (const [page, state] of [
      [there, 'Läuft'],
      [document, 'Live'],
    ] as const) {
      page.body.append(panel);
      await until('it says so', () => textOf(panel, '.state').startsWith(state));
      await until('it works', () => panel.working);
      await until('it has figures', () => textOf(panel, '#load') !== '–');
      const meter = panel.shadowRoot!.querySelector('denoise-meter')!;
      const { level } = meter;
      await until('levels move', () => meter.level !== level);
    }
    node.dispose();
    await context.close();
  });
});

describe('attributes of an element', () => {
  for (const tag of ['denoise-panel', 'denoise-slider', 'denoise-meter', 'denoise-spectrogram'] as const) {
    it(`are those that its page has written, and no others (${tag})`, async () => {
      const element = document.createElement(tag);
      document.body.append(element);
      await element.updateComplete;
      expect(element.getAttributeNames()).to.deep.equal([]);
      document.body.innerHTML = `<${tag} class="mine"></${tag}>`;
      const parsed = document.querySelector(tag)!;
      await parsed.updateComplete;
      expect(parsed.getAttributeNames()).to.deep.equal(['class']);
    });
  }

  it('follow what is set: theme and lang of a panel', async () => {
    const panel = await place({ theme: 'dark', lang: 'de' });
    expect([panel.getAttribute('theme'), panel.getAttribute('lang')]).to.deep.equal(['dark', 'de']);
    panel.removeAttribute('theme');
    panel.removeAttribute('lang');
    expect([panel.theme, panel.lang]).to.deep.equal(['auto', '']);
  });
});
