/** The command as a filter: sound comes through the standard input, or goes to the standard output. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bytesSource } from '../../src/files/byte-source.ts';
import { readWavLayout } from '../../src/files/wav/wav.ts';
import { channelsOf, command, finished, startIn, wav } from '../support/command-line.ts';
import { mp3Wav } from '../support/mp3-wav.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/compressed/${name}`, import.meta.url));
const UTF8 = new TextEncoder();

/** A WAV file's bytes with another size of its samples, as programs write it that do not know it yet. */
function withSize(file: Uint8Array, size: number): Uint8Array {
  const copy = file.slice();
  for (const at of [4, 40]) new DataView(copy.buffer).setUint32(at, size, true);
  return copy;
}

describe('denoise-node in a pipe', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-pipe-'));
  });

  after(() => rm(folder, { recursive: true }));

  /** Runs the command with sound on its standard input. */
  async function filter(input: Uint8Array, ...args: string[]) {
    const child = await startIn({ stdin: 'pipe' }, ...args);
    const stdin = child.stdin as Writable;
    stdin.on('error', () => {});
    stdin.end(input);
    const [sound, said]: [Buffer[], Buffer[]] = [[], []];
    child.stdout?.on('data', (piece: Buffer) => sound.push(piece));
    child.stderr?.on('data', (piece: Buffer) => said.push(piece));
    const [status] = (await once(child, 'close')) as [number];
    return { status, stderr: Buffer.concat(said).toString(), sound: Buffer.concat(sound) };
  }

  it('gives what it gives of files, under every name of the two ends, and nothing else', async () => {
    const input = wav('int24', 44100, channelsOf(2, 70001));
    await writeFile(join(folder, 'in.wav'), input);
    await command(join(folder, 'in.wav'), '-o', join(folder, 'out.wav'));
    const expected = await readFile(join(folder, 'out.wav'));
    for (const [from, to] of [
      ['-', '-'],
      ['/dev/stdin', '/dev/stdout'],
      [join(folder, 'in.wav'), '-'],
    ]) {
      const { status, stderr, sound } = await filter(input, from, '-o', to);
      assert.equal(status, 0, stderr);
      assert.deepEqual(sound, expected, `${from} → ${to}`);
      assert.match(stderr, / → .* × real time\n$/);
    }
    const kept = await filter(input, '-', '-o', join(folder, 'piped.wav'), '-q');
    assert.deepEqual([kept.status, kept.stderr, kept.sound.length], [0, '', 0]);
    assert.deepEqual(await readFile(join(folder, 'piped.wav')), expected);
  });

  it('takes WAV of unknown length, and says in its own that it does not know it', async () => {
    const whole = wav('int16', 16000, channelsOf(1, 40001));
    for (const size of [0, 0x7ffff000, 0x80000000, 0xffffffff]) {
      const { status, stderr, sound } = await filter(withSize(whole, size), '-', '-o', '-', '-q', '--mix', '0');
      assert.deepEqual([status, stderr], [0, ''], size.toString(16));
      assert.deepEqual(sound, Buffer.from(withSize(whole, 0xffffffff)));
    }
    const layout = await readWavLayout(bytesSource(withSize(whole, 0xffffffff)));
    assert.deepEqual([layout.frames, layout.warnings], [40001, []]);
    // An odd number of bytes gets no filling, which would be a sample more.
    const odd = wav('uint8', 8000, channelsOf(1, 1001)).slice(0, 44 + 1001);
    const { sound } = await filter(withSize(odd, 0xffffffff), '-', '-o', '-', '-q', '--mix', '0');
    assert.equal(sound.length, odd.length);
    // A file can be corrected at its end.
    const output = join(folder, 'known.wav');
    assert.equal((await filter(withSize(whole, 0xffffffff), '-', '-o', output, '--mix', '0')).status, 0);
    const known = await readWavLayout(bytesSource(await readFile(output)));
    assert.deepEqual([known.frames, known.warnings], [40001, []]);
  });

  it('says what is missing or left over, and leaves out what follows the sound', async () => {
    const whole = wav('int16', 16000, channelsOf(1, 20000));
    const cut = await filter(whole.slice(0, 44 + 2 * 15000 + 1), '-', '-o', join(folder, 'cut.wav'), '--mix', '0');
    assert.equal(cut.status, 0);
    assert.match(cut.stderr, /-: warning: the header promises 20000 samples per channel, .* ends after 15000/);
    assert.equal((await readWavLayout(bytesSource(await readFile(join(folder, 'cut.wav'))))).frames, 15000);
    const tagged = Uint8Array.of(...whole, ...UTF8.encode('LIST\x06\0\0\0abcdef'));
    const plain = await filter(tagged, '-', '-o', '-', '-q', '--mix', '0');
    assert.deepEqual(plain.sound, Buffer.from(whole));
    const stale = await filter(withSize(whole, 2 * 5000), '-', '-o', join(folder, 'stale.wav'), '--mix', '0');
    assert.match(stale.stderr, /the header says 5000 samples per channel.*all 20000/);
    assert.equal((await readWavLayout(bytesSource(await readFile(join(folder, 'stale.wav'))))).frames, 20000);
    // Quiet sound of 8 bits, of letters all, where the header says nothing.
    const quiet = Uint8Array.of(...header8(0), ...Uint8Array.from({ length: 4000 }, (_, n) => 0x7e - (n % 7)));
    const letters = await filter(quiet, '-', '-o', '-', '-q', '--mix', '0');
    assert.deepEqual(pcmOf(letters.sound), pcmOf(Buffer.from(quiet)));
    const none = await filter(new Uint8Array(), '-', '-o', '-');
    assert.deepEqual([none.status, none.sound.length], [1, 0]);
    assert.match(none.stderr, /-: nothing has come through the standard input/);
  });

  it('takes every other format that it reads from files, and refuses the rest before a disk is full', async () => {
    for (const name of ['libflac-16.flac', 'lame-cbr.mp3', 'vorbis.ogg', 'libopus.opus']) {
      const output = join(folder, `${name}.wav`);
      assert.equal((await command(fixture(name), '-o', output)).status, 0);
      const { status, stderr, sound } = await filter(await readFile(fixture(name)), '-', '-o', '-', '-q');
      assert.deepEqual([status, stderr], [0, ''], name);
      assert.deepEqual(pcmOf(sound), pcmOf(await readFile(output)), name);
    }
    // Its header is that of a format that is worked on as it comes.
    const inside = mp3Wav(await readFile(fixture('lame-cbr.mp3')), { claimedBytes: 0xffffffff });
    const { status: read, stderr: said, sound: heard } = await filter(inside, '-', '-o', '-', '-q');
    assert.deepEqual([read, said], [0, '']);
    assert.deepEqual(pcmOf(heard), pcmOf(await readFile(join(folder, 'lame-cbr.mp3.wav'))));
    const flac = await filter(wav('int16', 16000, channelsOf(1, 20000)), '-', '-o', '-', '--format', 'flac', '-q');
    assert.equal(flac.sound.subarray(0, 4).toString(), 'fLaC');
    const again = await filter(flac.sound, '-', '-o', '-', '-q', '--mix', '0');
    assert.equal(pcmOf(again.sound).length, 40000);
    const zeros = await startIn({ stdin: 'pipe' }, '-', '-o', '-');
    const ended = finished(zeros);
    let given = 0;
    const stdin = zeros.stdin as Writable;
    stdin.on('error', () => {});
    while (!stdin.destroyed && zeros.exitCode === null && given < 2 ** 28) {
      given += 2 ** 16;
      await new Promise<void>((resolve) => stdin.write(new Uint8Array(2 ** 16), () => resolve()));
    }
    const { status, stderr } = await ended;
    assert.equal(status, 1);
    assert.match(stderr, /-: expected WAV, .* found none of them/);
    assert.ok(given < 2 ** 27, `${given}`);
  });

  it('works while sound comes, takes no more than it gives, and ends without a word when nobody listens', async () => {
    const child = await startIn({ stdin: 'pipe' }, '-', '-o', '-', '--mix', '0');
    const [stdin, stdout] = [child.stdin as Writable, child.stdout as Readable];
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    stdin.on('error', () => {});
    const second = new Uint8Array(2 * 48000);
    stdin.write(withSize(header(), 0xffffffff));
    for (let i = 0; i < 3; i++) stdin.write(second);
    // Sound comes out although none has ended.
    await once(stdout, 'readable');
    const first = stdout.read() as Buffer;
    assert.equal(first.subarray(0, 4).toString(), 'RIFF');
    // From here on nobody reads: the pipes fill up and stay full, whatever is offered.
    let taken = 0;
    let isFull = false;
    for (let waited = 0; !isFull && taken < 2 ** 26; ) {
      const isOut = await Promise.race([
        new Promise<boolean>((resolve) => stdin.write(second, () => resolve(true))),
        new Promise<boolean>((resolve) => setTimeout(resolve, 5000, false)),
      ]);
      if (isOut) [taken, waited] = [taken + second.length, 0];
      else isFull = ++waited > 0;
    }
    assert.ok(isFull && taken < 2 ** 24, `${taken} bytes`);
    stdout.destroy();
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.equal(stderr, '');
  });

  it('ends with one signal while it waits for sound', async () => {
    for (const output of ['-', join(folder, 'waiting.wav')]) {
      const child = await startIn({ stdin: 'pipe' }, '-', '-o', output);
      (child.stdin as Writable).write(Uint8Array.of(...header(), ...new Uint8Array(96000)));
      if (output === '-') await once(child.stdout as Readable, 'readable');
      else
        while (!(await readdir(folder)).some((name) => name.endsWith('.part')))
          await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill('SIGINT');
      assert.deepEqual(await once(child, 'exit'), [130, null]);
    }
    assert.ok(!(await readdir(folder)).some((name) => name.endsWith('.part') || name === 'waiting.wav'));
  });

  it('reads named pipes as it does the standard input, several at once and on any thread', async () => {
    const inputs = {
      'one.wav': wav('int16', 16000, channelsOf(1, 40001)),
      'two.mp3': await readFile(fixture('lame-cbr.mp3')),
    };
    const [files, pipes] = ['files', 'pipes'].map((name) => join(folder, 'named', name));
    await Promise.all([files, pipes].map((path) => mkdir(path, { recursive: true })));
    for (const [name, bytes] of Object.entries(inputs)) {
      await writeFile(join(files, name), bytes);
      execFileSync('mkfifo', [join(pipes, name)]);
    }
    const made: Buffer[][] = [];
    for (const from of [files, pipes]) {
      const output = `${from}-out`;
      const paths = Object.keys(inputs).map((name) => join(from, name));
      const child = await startIn({}, ...paths, '-o', `${output}/`, '--jobs', '2', '-q');
      const ended = finished(child);
      // Who writes waits for the command, and the command for who writes.
      if (from === pipes)
        await Promise.all(Object.entries(inputs).map(([name, bytes]) => writeFile(join(pipes, name), bytes)));
      const { status, stderr } = await ended;
      assert.deepEqual([status, stderr], [0, '']);
      made.push(await Promise.all(['one.wav', 'two.wav'].map((name) => readFile(join(output, name)))));
    }
    assert.deepEqual(made[1].map(pcmOf), made[0].map(pcmOf));
  });

  it('says that nothing has come through a named pipe, and ends with one signal while it waits for one', async () => {
    const pipe = join(folder, 'silent.wav');
    execFileSync('mkfifo', [pipe]);
    const silent = finished(await startIn({}, pipe, '-o', join(folder, 'silent-out.wav')));
    await writeFile(pipe, '');
    const { status, stderr } = await silent;
    assert.equal(status, 1);
    assert.match(stderr, /silent\.wav: nothing has come through this pipe/);
    const child = await startIn({}, pipe, '-o', join(folder, 'silent-out.wav'));
    const ended = once(child, 'exit');
    // It is open: somebody may write into it without waiting.
    for (;;) {
      const file = await open(pipe, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined);
      if (file === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      await file.write(header());
      child.kill('SIGINT');
      assert.deepEqual(await ended, [130, null]);
      await file.close();
      break;
    }
  });

  it('does not write over a file that a shell has put at its other end', async () => {
    const input = wav('int16', 16000, channelsOf(1, 2000));
    await mkdir(join(folder, 'shell'));
    const path = join(folder, 'shell', 'a.wav');
    await writeFile(path, input);
    const { spawnfile, spawnargs } = await startIn({}, '--version');
    const file = await open(path, 'r+');
    for (const [args, stdio] of [
      [
        ['-', '-o', path, '--overwrite'],
        [file.fd, 'pipe', 'pipe'],
      ],
      [
        [path, '-o', '-'],
        ['ignore', file.fd, 'pipe'],
      ],
    ] as const) {
      const child = spawn(spawnfile, [...spawnargs.slice(1, -1), ...args], { stdio: [...stdio] });
      const { status, stderr } = await finished(child);
      assert.equal(status, 1);
      assert.match(stderr, /: (?:its output .* is the input|the output would replace its own input)/);
    }
    await file.close();
    assert.deepEqual(await readFile(path), Buffer.from(input));
  });

  it('is told apart from what cannot be one', async () => {
    const cases: [args: string[], message: RegExp][] = [
      [['-', 'a.wav', '-o', 'b/'], /Expected one input and one output where one of them is -/],
      [['-', '-o', folder], /Expected one input and one output where one of them is -/],
      [['a.wav', 'b.wav', '-o', '-'], /Expected one input and one output where one of them is -/],
      [['a.wav', '-o', '-', '--residual'], /Expected a file as the output for --residual/],
      [['a.wav', '-o', '-', '--json'], /Expected a file as the output for --json/],
    ];
    for (const [args, message] of cases) {
      const { status, stderr } = await command(...args);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, message);
    }
  });
});

/** Of 16-bit mono at 48 kHz, without samples. */
function header(): Uint8Array {
  return wav('int16', 48000, [new Float32Array()]);
}

/** Of 8-bit mono at 8 kHz, with a size of so many bytes. */
function header8(size: number): Uint8Array {
  return withSize(wav('uint8', 8000, [new Float32Array()]), size);
}

/** The samples of a WAV file, whatever its header says of their number. */
function pcmOf(file: Buffer): Buffer {
  return file.subarray(file.indexOf('data') + 8);
}
