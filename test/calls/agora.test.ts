import { expect } from '@esm-bundle/chai';
import type * as Agora from '../../src/calls/agora.ts';
import { needsOwnProcessing } from '../support/browser-limits.ts';
import { audioTrack, until } from './support/adapters.ts';

const { DenoiseExtension, DenoiseProcessor }: typeof Agora = await import(`${location.origin}/dist/agora.js`);

/** The end of a pipeline, which keeps what it is given. */
class End implements Agora.AgoraProcessor {
  readonly name = 'end';
  node: AudioNode | undefined;
  resets = 0;

  updateInput({ node }: Agora.AgoraInput<object>): void {
    this.node = node;
  }

  reset(): void {
    this.node = undefined;
    this.resets += 1;
  }
}

describe("Agora's processor", () => {
  let audioContext: AudioContext;
  let source: AudioNode;
  let processor: InstanceType<typeof DenoiseProcessor>;
  let end: End;
  const stats = new Map<string, () => unknown>();
  const pipeline = {
    getAudioContext: () => audioContext,
    registerStats: (_: object, type: string, read: () => unknown) => void stats.set(type, read),
    unregisterStats: (_: object, type: string) => void stats.delete(type),
  };

  beforeEach(() => {
    audioContext = new AudioContext();
    source = new OscillatorNode(audioContext);
    processor = new DenoiseProcessor({ attenuationLimit: 30 });
    end = new End();
  });

  afterEach(async () => {
    processor.reset();
    await audioContext.close();
  });

  it('hands its node on, whichever side was piped first', () => {
    processor.updateInput({ node: source, context: pipeline });
    expect(processor.pipe(end)).to.equal(end);
    expect(end.node).to.equal(processor.node);
    const other = new DenoiseProcessor();
    const otherEnd = new End();
    other.pipe(otherEnd);
    other.updateInput({ node: source, context: pipeline });
    expect(otherEnd.node).to.equal(other.node).and.not.to.equal(undefined);
    other.reset();
  });

  it('goes on with the same node over another microphone', () => {
    processor.pipe(end);
    processor.updateInput({ track: audioTrack(), node: source, context: pipeline });
    const { node } = processor;
    const other = new OscillatorNode(audioContext);
    processor.updateInput({ track: audioTrack(), context: pipeline });
    processor.updateInput({ node: other, context: pipeline });
    expect(end.node).to.equal(node);
    expect(() => source.disconnect(node as AudioNode)).to.throw(DOMException); // It is apart already.
    other.disconnect(node as AudioNode);
  });

  it('takes the track of a processor before it that gives no node', () => {
    processor.pipe(end);
    processor.updateInput({ track: audioTrack(), context: pipeline });
    expect(end.node).to.equal(processor.node).and.not.to.equal(undefined);
  });

  it('frees its node when it is taken out, and makes another with the same settings when it is piped again', () => {
    processor.pipe(end);
    processor.updateInput({ node: source, context: pipeline });
    const former = processor.node;
    processor.disable();
    processor.reset();
    expect(former?.state).to.equal('disposed');
    expect(processor.node).to.equal(undefined);
    expect(end.resets).to.equal(1);
    processor.updateInput({ node: source, context: pipeline });
    expect(end.node).to.equal(processor.node).and.not.to.equal(former);
    expect(processor.enabled).to.equal(false);
    expect(processor.node?.attenuationLimit.value).to.equal(30);
  });

  it('shows its figures among those of the track as long as it is in it', () => {
    processor.updateInput({ node: source, context: pipeline });
    expect(stats.get('denoise')?.()).to.include({ state: processor.node?.state });
    processor.reset();
    expect(stats.size).to.equal(0);
  });

  it('tells what the browser does to a microphone', async function () {
    await needsOwnProcessing(this);
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { noiseSuppression: false } });
    const [track] = stream.getAudioTracks();
    let told: unknown;
    processor.on('processingchange', (processing) => {
      told = processing.noiseSuppression;
    });
    processor.updateInput({ track, node: source, context: pipeline });
    await until('the processor tells', () => told === false);
    track.stop();
  });

  it('tells of errors on whichever node it has', async () => {
    const failing = new DenoiseProcessor({ assets: '/nothing-is-here/' });
    const codes: string[] = [];
    failing.on('error', (error) => codes.push(error.code));
    failing.updateInput({ node: source, context: pipeline });
    await until('the processor tells', () => codes.length > 0);
    expect(codes).to.deep.equal(['module-load']);
    failing.reset();
  });

  it('says what was expected of other pipelines, processors and events', () => {
    expect(() => processor.updateInput({ track: audioTrack(), context: {} })).to.throw(
      TypeError,
      /expected the pipeline of an audio track.*from a microphone's track, not a camera's/,
    );
    expect(() => processor.pipe(undefined as unknown as End)).to.throw(
      TypeError,
      /processorDestination.*got undefined/,
    );
    processor.pipe(end);
    expect(() => new DenoiseProcessor().pipe(end)).to.throw(TypeError, /end is piped from something else: unpipe\(\)/);
    expect(() => processor.on('gremlins' as 'error', () => {})).to.throw(
      TypeError,
      /expected one of error, overload, processingchange, got "gremlins"/,
    );
  });

  it('is set on a track, and says which Agora is the oldest where that cannot be', () => {
    const piped: unknown[] = [];
    processor.setOn({ pipe: (taken) => piped.push(taken), processorDestination: end });
    processor.updateInput({ node: source, context: pipeline });
    expect(piped).to.deep.equal([processor]);
    expect(end.node).to.equal(processor.node);
    expect(() => processor.setOn({} as Parameters<typeof processor.setOn>[0])).to.throw(
      TypeError,
      /an audio track of agora-rtc-sdk-ng 4\.10 or newer, .* has no pipe\(\)/,
    );
  });

  it('refuses options that are none at once', () => {
    expect(() => new DenoiseProcessor({ attenuationLimit: 101 })).to.throw(RangeError, /0 to 100/);
    expect(() => new DenoiseExtension({ attenuationLimit: 101 })).to.throw(RangeError, /0 to 100/);
  });

  it('comes from an extension as well, with its options', () => {
    const extension = new DenoiseExtension({ bypass: true });
    expect(extension.checkCompatibility()).to.equal(true);
    expect(extension.createProcessor().enabled).to.equal(false);
  });
});
