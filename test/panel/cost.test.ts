import { expect } from '@esm-bundle/chai';
import { executeServerCommand } from '@web/test-runner-commands';
import { needsDevtools } from '../support/browser-limits.ts';
import { DenoiseNode, type DenoisePanel, inside, place, sound, textOf, until, untilState, wait } from './support.ts';

let context: AudioContext;
let node: DenoiseNode;

beforeEach(async () => {
  context = new AudioContext({ sampleRate: 48000 });
  node = new DenoiseNode(context);
  sound(context, node);
  await node.ready;
});

afterEach(async () => {
  document.body.replaceChildren();
  node.dispose();
  if (context.state !== 'closed') await context.close();
});

interface Work {
  frames: number;
  looks: number;
  /**
   * News of the node, each of which is worth a look. A busy machine may have some at any time: an underrun raises the
   * latency.
   */
  news: number;
}

const NEWS = ['statechange', 'modechange', 'latencychange', 'error'];

/** Counts frames asked for, and looks at the node's figures, by anything on the page while something is waited for. */
async function workDuring(waiting: (work: Work) => Promise<void>): Promise<Work> {
  const { requestAnimationFrame } = window;
  const { getMetrics } = node;
  const counts = { frames: 0, looks: 0, news: 0 };
  const count = (): void => {
    counts.news += 1;
  };
  for (const type of NEWS) node.addEventListener(type, count);
  window.requestAnimationFrame = (callback) => {
    counts.frames += 1;
    return requestAnimationFrame.call(window, callback);
  };
  node.getMetrics = () => {
    counts.looks += 1;
    return getMetrics.call(node);
  };
  await waiting(counts);
  window.requestAnimationFrame = requestAnimationFrame;
  node.getMetrics = getMetrics;
  for (const type of NEWS) node.removeEventListener(type, count);
  return counts;
}

/** Something else that works has been seen to, so that what follows is not before its time. */
async function settled(panel: DenoisePanel, isWorking: boolean): Promise<void> {
  await until(`the panel ${isWorking ? 'works' : 'rests'}`, () => isWorking === panel.working);
}

describe('a panel out of sight', () => {
  for (const [how, hide, show] of [
    [
      'not displayed',
      (panel: DenoisePanel) => {
        panel.hidden = true;
      },
      (panel: DenoisePanel) => {
        panel.hidden = false;
      },
    ],
    [
      'scrolled away',
      (panel: DenoisePanel) => {
        panel.style.marginTop = '10000px';
      },
      (panel: DenoisePanel) => {
        panel.style.marginTop = '';
      },
    ],
    [
      'taken out of the page',
      (panel: DenoisePanel) => panel.remove(),
      (panel: DenoisePanel) => document.body.append(panel),
    ],
  ] as const) {
    it(`does no work while it is ${how}, and goes on after`, async () => {
      const panel = await place({ node });
      await settled(panel, true);
      await workDuring((work) => until('it draws and looks', () => work.frames > 1 && work.looks > 0));
      await untilState(panel, 'live');
      hide(panel);
      await settled(panel, false);
      const { frames, looks, news } = await workDuring(() => wait(600));
      expect(frames).to.equal(0);
      expect(looks, 'looks that no news asked for').to.be.at.most(news);
      show(panel);
      await settled(panel, true);
      await until('figures come again', () => textOf(panel, '#load') !== '–');
    });
  }

  it('hears no more than a panel that is not there: its analysers are disconnected', async () => {
    const panel = await place({ node });
    await settled(panel, true);
    const { analyser } = inside<HTMLElement & { analyser: AnalyserNode }>(panel, '#picture-noisy');
    /** Whether what the analyser holds changes while sound goes by. */
    const hears = async (): Promise<boolean> => {
      const [before, after] = [new Float32Array(analyser.fftSize), new Float32Array(analyser.fftSize)];
      analyser.getFloatTimeDomainData(before);
      const time = context.currentTime;
      await until('sound has gone by', () => context.currentTime > time + 0.1);
      analyser.getFloatTimeDomainData(after);
      return before.some((sample, i) => sample !== after[i]);
    };
    expect(await hears()).to.equal(true);
    panel.hidden = true;
    await settled(panel, false);
    // What was under way when the connection was cut is still taken in, and then silence for as long as the analyser
    // remembers.
    let isHearing = true;
    for (let look = 0; look < 10 && isHearing; look++) isHearing = await hears();
    expect(isHearing).to.equal(false);
  });

  it('follows what happens all the same, without looking for it', async () => {
    const panel = await place({ node });
    await settled(panel, true);
    panel.hidden = true;
    await settled(panel, false);
    node.dispose();
    await untilState(panel, 'ended');
    await until('the text has changed', () => textOf(panel, '.state').startsWith('Ended'));
  });
});

describe('panels and nodes that come and go', () => {
  it('can share a node, and agree', async () => {
    const [one, other] = [await place({ node }), await place({ node }, 320)];
    // One above the other, the second would be out of the window, where it rests.
    Object.assign(other.style, { position: 'fixed', top: '0', right: '0' });
    await settled(other, true);
    await untilState(other, 'live');
    inside<HTMLInputElement>(one, '#on').click();
    await until('the other has seen it', () => textOf(other, '.state').startsWith('Bypassed'));
    one.remove();
    expect(other.state).to.equal('bypassed');
    await until('the other goes on', () => textOf(other, '#load') !== '–');
  });

  it('let a panel be given another node, or none', async () => {
    const panel = await place({ node });
    await untilState(panel, 'live');
    const next = new DenoiseNode(context, { mix: 0.5, model: 'no-such-model' });
    panel.node = next;
    await untilState(panel, 'failed');
    expect(textOf(panel, '.problem')).to.contain('no-such-model');
    inside<HTMLInputElement>(panel, '#on').click();
    expect([next.bypass.value, node.bypass.value]).to.deep.equal([1, 0]);
    panel.node = null;
    await panel.updateComplete;
    expect(panel.state).to.equal('empty');
    node.bypass.value = 0;
    panel.node = node;
    await untilState(panel, 'live');
    next.dispose();
  });

  it('let a node outlive its context', async () => {
    const panel = await place({ node });
    await settled(panel, true);
    await context.close();
    await untilState(panel, 'ended');
  });

  it('leave nothing behind: a panel that is thrown away is collected while its node lives on', async function () {
    this.timeout(30_000);
    await needsDevtools(this);
    const comeAndGo = async (): Promise<[string, WeakRef<object>][]> => {
      const panel = await place({ node });
      await settled(panel, true);
      const first = inside<HTMLElement & { analyser: AnalyserNode }>(panel, '#picture-enhanced').analyser;
      panel.remove();
      document.body.append(panel);
      await settled(panel, true);
      panel.remove();
      return [
        ['panel', new WeakRef(panel)],
        ['analyser', new WeakRef(first)],
      ];
    };
    const gone = [...(await comeAndGo()), ...(await comeAndGo()), ...(await comeAndGo())];
    const left = (): string[] => gone.filter(([, each]) => each.deref()).map(([name], i) => `${name} ${i}`);
    for (let round = 0; round < 30 && left().length > 0; round++) {
      await wait(100);
      await executeServerCommand('collect-garbage');
    }
    expect(left()).to.deep.equal([]);
    expect(node.state).to.equal('running');
  });

  it('leave nothing behind: a node that is taken away is collected while the panel lives on', async function () {
    this.timeout(30_000);
    await needsDevtools(this);
    const panel = await place();
    const gone = await (async () => {
      const passing = new DenoiseNode(context);
      panel.node = passing;
      await passing.ready;
      await settled(panel, true);
      panel.node = null;
      await panel.updateComplete;
      passing.dispose();
      return new WeakRef(passing);
    })();
    for (let round = 0; round < 20 && gone.deref(); round++) {
      await wait(100);
      await executeServerCommand('collect-garbage');
    }
    expect(gone.deref()).to.equal(undefined);
  });
});
