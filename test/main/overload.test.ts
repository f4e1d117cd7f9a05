import { expect } from '@esm-bundle/chai';
import { chromiumAlone } from '../support/browser-limits.ts';
import { DenoiseNode, largestDifference, noise, play, record, until, wait } from './support.ts';

const RATE = 48000;

/** More than any machine of today carries in one worker; they are made in steps, until the machine gives in. */
const MOST_NODES = 64;
const STEP = 8;

describe('more nodes than the machine can carry', () => {
  before(chromiumAlone);

  it('go back to dry, the youngest first and without a click, and return when there is room', async function () {
    this.timeout(90_000);
    const context = new AudioContext({ sampleRate: RATE });
    const source = play(context, noise(RATE, 0.1));
    source.loop = true;
    source.start();
    const oldest = new DenoiseNode(context);
    await oldest.ready;
    source.connect(oldest).connect(context.destination);

    const crowd: DenoiseNode[] = [];
    const events: string[] = [];
    const shed = (): DenoiseNode[] => crowd.filter((node) => node.state === 'overloaded');
    while (shed().length === 0 && crowd.length < MOST_NODES) {
      const more = Array.from({ length: STEP }, () => new DenoiseNode(context));
      crowd.push(...more);
      for (const node of more) {
        node.addEventListener('overload', ({ detail }) => events.push(`overload ${detail.load > 0}`));
        node.addEventListener('recover', () => events.push('recover'));
        source.connect(node);
        node.connect(context.destination);
      }
      await Promise.all(more.map((node) => node.ready));
      await wait(2500);
    }
    expect(shed(), `nodes shed of ${crowd.length}`).to.not.be.empty;
    expect(events).to.include('overload true');
    expect(oldest.state).to.equal('running');

    const dry = shed()[0];
    const [sent, heard] = await record(context, [source, dry], 0.5);
    if (dry.state === 'overloaded')
      expect(largestDifference(sent, heard, Math.round(dry.latency * RATE))).to.be.lessThan(1e-4);

    const survivor = shed()[0] ?? dry;
    for (const node of crowd) if (node !== survivor) node.dispose();
    await until('the node is taken back', () => survivor.state === 'running', 40_000);
    expect(events).to.include('recover');
    survivor.dispose();
    oldest.dispose();
    await context.close();
  });
});
