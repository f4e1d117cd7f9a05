import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { WriteStream } from 'node:tty';
import { ProgressBars } from '../../src/cli/progress.ts';

/** A stream with a width, as a terminal has, that keeps what is written to it. */
function terminal(columns: number): { stream: WriteStream; text: () => string } {
  const stream = Object.assign(new PassThrough(), { columns }) as unknown as WriteStream;
  return { stream, text: () => String(stream.read() ?? '') };
}

describe('ProgressBars', () => {
  it('shows each running file on a line that fits, and takes it away at its end', () => {
    const { stream, text } = terminal(60);
    const bars = new ProgressBars(stream, true);
    bars.set('a-name-that-is-much-too-long-for-the-line/recording.wav', 0.5);
    const drawn = text();
    assert.match(drawn, /^….*recording\.wav █{12}░{12} {2}50 % .*left\n$/);
    assert.ok(drawn.length <= 61, `${drawn.length}`);
    bars.end('a-name-that-is-much-too-long-for-the-line/recording.wav');
    // One line up, and all below it away.
    assert.equal(text(), '\x1b[1A\x1b[0J');
  });

  it('shows what a terminal would obey in a name as an escape', () => {
    const { stream, text } = terminal(80);
    new ProgressBars(stream, true).set('a\x1b[2J\n.wav', 0);
    assert.match(text(), /^a\\u001b\[2J\\n\.wav ░/);
  });

  it('keeps lines that are printed above the bars', () => {
    const { stream, text } = terminal(80);
    const bars = new ProgressBars(stream, true);
    bars.set('a.wav', 0);
    bars.print(() => stream.write('done\n'));
    const [before, after] = text().split('\x1b[1A\x1b[0J');
    assert.match(before, /^a\.wav/);
    assert.match(after, /^done\na\.wav/);
  });

  it('writes nothing where there is no terminal, but what is printed', () => {
    const { stream, text } = terminal(80);
    const bars = new ProgressBars(stream, false);
    bars.set('a.wav', 0.3);
    bars.print(() => stream.write('done\n'));
    bars.end('a.wav');
    assert.equal(text(), 'done\n');
  });
});
