/** The programs of docs/server.md, run as they stand there. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createDenoiseStream, DenoiseFrameProcessor } from 'denoise-node/server';
import WebSocket from 'ws';
import { noise } from '../engine/signals.ts';
import { pcmOf, through } from './support.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Inside the package, so that examples import it by its own name, as an app does. Git ignores it. */
const FOLDER = join(ROOT, `build/programs-${process.pid}`);
const GUIDE = readFileSync(join(ROOT, 'docs/server.md'), 'utf8');

/** To TypeScript, too, ours is one of LiveKit's. */
const LIVEKIT_TYPES = `
import type { AudioFrame, FrameProcessor } from '@livekit/rtc-node';
import { DenoiseFrameProcessor } from 'denoise-node/server';
export const processor: FrameProcessor<AudioFrame> = await DenoiseFrameProcessor.load();
export const enhanced = (frame: AudioFrame): AudioFrame => processor.process(frame);
`;

/** What the compiler says of a module beside the programs. */
function complaintsAbout(code: string): string {
  const file = join(FOLDER, 'types.ts');
  writeFileSync(file, code);
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = '--ignoreConfig --noEmit --strict --skipLibCheck --module nodenext --target es2022 --types node';
  return spawnSync(process.execPath, [compiler, ...options.split(' '), file], { encoding: 'utf8' }).stdout;
}

/** A code block that begins with the name of its file. */
async function program(name: string) {
  const [, code] = GUIDE.match(new RegExp(`^\`\`\`js\\n// ${name}\\n([^]*?)^\`\`\``, 'm')) ?? [];
  assert.ok(code, `docs/server.md: expected a code block that begins with // ${name}`);
  writeFileSync(join(FOLDER, name), code);
  return import(join(FOLDER, name));
}

describe('the programs of docs/server.md', () => {
  before(() => mkdirSync(FOLDER, { recursive: true }));
  after(() => rmSync(FOLDER, { recursive: true }));

  it('a voice bot gets from a telephone, frame by frame, what a stream makes of it', async (test) => {
    const { serveCalls } = await program('voice-bot.js');
    const { server, pool } = serveCalls(0);
    test.after(() => {
      for (const client of server.clients) client.terminate();
      server.close();
      return pool.destroy();
    });
    await pool.ready;
    const socket = new WebSocket(`ws://localhost:${(server.address() as AddressInfo).port}`);
    await once(socket, 'open');
    const noisy = pcmOf([noise(8000, 1, 0.2)], 'mulaw');
    const frames: Buffer[] = [];
    socket.on('message', (text) => {
      const { event, streamSid, media } = JSON.parse(String(text));
      assert.deepEqual([event, streamSid], ['media', 'MZ1']);
      frames.push(Buffer.from(media.payload, 'base64'));
    });
    const say = (message: object): void => socket.send(JSON.stringify(message));
    say({ event: 'connected', protocol: 'Call' });
    say({ event: 'start', streamSid: 'MZ1', start: { mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000 } } });
    for (let at = 0; at < noisy.length; at += 160) {
      const payload = Buffer.from(noisy.subarray(at, at + 160)).toString('base64');
      say({ event: 'media', streamSid: 'MZ1', media: { payload } });
      // As in a call, no more than a few frames are on their way.
      while (at / 160 - frames.length > 3) await new Promise((resolve) => setImmediate(resolve));
    }
    say({ event: 'stop', streamSid: 'MZ1' });
    await once(socket, 'close');
    assert.ok(frames.every(({ length }) => length === 160));
    const alone = createDenoiseStream({ sampleRate: 8000, format: 'mulaw' });
    assert.deepEqual(new Uint8Array(Buffer.concat(frames)), await through(alone, [noisy]));
  });

  it('LiveKit hands its frames to the processor and its stream gives what that made of them', async (test) => {
    // Not by its name alone: it is not everywhere, and nor are its types.
    const livekit = '@livekit/rtc-node';
    const sdk = await import(livekit).catch((error: Error) => error);
    if (sdk instanceof Error) return test.skip(`@livekit/rtc-node is not here: ${sdk.message.split('\n')[0]}`);
    const { AudioFrame, AudioSource, LocalAudioTrack, dispose, isFrameProcessor } = sdk;
    test.after(() => dispose());
    assert.ok(isFrameProcessor(await DenoiseFrameProcessor.load()));
    assert.equal(complaintsAbout(LIVEKIT_TYPES), '');
    const { enhancedSound } = await program('agent.js');
    const source = new AudioSource(48000, 1);
    const sound = (await enhancedSound(LocalAudioTrack.createAudioTrack('microphone', source))).getReader();
    let isOver = false;
    test.after(() => {
      isOver = true;
    });
    const speaking = (async () => {
      for (let i = 0; !isOver; i++) {
        const frame = AudioFrame.create(48000, 1, 480);
        frame.data.set(new Int16Array(pcmOf([noise(480, i + 1, 0.1)], 's16le').buffer));
        await source.captureFrame(frame);
      }
    })();
    // What goes in is noise, which has a level; it is turned down by far, once the model has heard some of it.
    const levelOf = (data: Int16Array): number => Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
    const noiseLevel = (0.1 * 32768) / Math.sqrt(3);
    let level = noiseLevel;
    for (let i = 0; i < 100 || level > 0.2 * noiseLevel; i++) {
      const { value } = await sound.read();
      assert.equal(value.constructor, AudioFrame);
      assert.deepEqual([value.sampleRate, value.channels, value.data.length], [48000, 1, 480]);
      level = levelOf(value.data);
    }
    isOver = true;
    await speaking;
    await sound.cancel();
    await source.close();
  });

  it('ffmpeg on both sides of the command gives what a stream gives', async (test) => {
    if (spawnSync('ffmpeg', ['-version']).status !== 0) return test.skip('ffmpeg is not installed');
    const [, line] = GUIDE.match(/^(ffmpeg .* \| npx denoise-node - -o - .*)$/m) ?? [];
    assert.ok(line, 'docs/server.md: expected the line for ffmpeg');
    const noisy = pcmOf([noise(24000, 1, 0.2)], 's16le');
    const [from, to] = [join(FOLDER, 'talk.mp4'), join(FOLDER, 'talk.wav')];
    const raw = ['-f', 's16le', '-ar', '48000', '-ac', '1'];
    const made = spawnSync('ffmpeg', ['-v', 'error', ...raw, '-i', '-', '-c:a', 'alac', from], { input: noisy });
    assert.equal(made.status, 0, String(made.stderr));
    const command = line
      .replace('npx denoise-node', `"${process.execPath}" "${join(ROOT, 'dist/cli.js')}"`)
      .replace('talk.mp4', `"${from}"`)
      .replace('clean.wav', `"${to}"`);
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    const [status] = await once(child, 'close');
    assert.equal(status, 0, said);
    const heard = spawnSync('ffmpeg', ['-v', 'error', '-i', to, '-f', 's16le', '-']);
    const expected = await through(createDenoiseStream({ sampleRate: 48000 }), [noisy]);
    assert.equal(Buffer.compare(heard.stdout, expected), 0);
  });
});
