/**
 * In:     the microphone that Amazon Chime's device controller has opened, in its AudioContext
 * Out:    the node that it connects to what the meeting gets
 * Thread: [main]
 *
 *   controller's source ─▶ gate (start) ─▶ DenoiseNode (end) ─▶ controller's destination
 *                                       └ apart while the microphone is muted: then nothing is computed
 */
import { nameOf } from '../main/audio-family.ts';
import type { DenoiseNode } from '../main/denoise-node.ts';
import type { DenoiseOptions } from '../main/options.ts';
import { MICROPHONE } from '../stream/browser-processing.ts';
import { requireStream, requireTrack } from '../stream/require-input.ts';
import { FollowingNode } from './following-node.ts';

/** A microphone as Chime takes it: an id, constraints, or a stream that the app has opened. */
export type ChimeDevice = string | MediaTrackConstraints | MediaStream;

/** What Chime puts between its source and its destination. */
export interface ChimeSubgraph {
  readonly start: AudioNode;
  readonly end: AudioNode;
}

/**
 * A microphone for Amazon Chime whose sound is denoised, an `AudioTransformDevice`. It works in Chime's context, with
 * another node in another context, and may be started again after it was stopped, with the settings that it had.
 *
 * @example
 * ```ts
 * import { DenoiseTransformDevice } from 'denoise-node/chime';
 *
 * const device = new DenoiseTransformDevice('default', { attenuationLimit: 30 });
 * interface Controller {
 *   startAudioInput(device: DenoiseTransformDevice): Promise<unknown>;
 * }
 * async function denoise(controller: Controller): Promise<void> {
 *   await controller.startAudioInput(device); // of a DefaultDeviceController with enableWebAudio: true
 * }
 * ```
 */
export class DenoiseTransformDevice {
  readonly #device: ChimeDevice;
  #gated: GatedNode;

  /**
   * Throws a TypeError for what is no microphone, and what `new DenoiseNode` throws for bad options.
   * @param device default `'default'`: the one that the browser chooses
   */
  constructor(device: ChimeDevice = 'default', options?: DenoiseOptions) {
    requireDevice(device);
    this.#device = device;
    this.#gated = new GatedNode(options);
  }

  /** Its node, for parameters, events and a panel. Undefined before Chime asks for it, and after `stop()`. */
  get node(): DenoiseNode | undefined {
    return this.#gated.following.current;
  }

  /** Whether sound is denoised; false passes it on as it is, as late. Stays over all that Chime does. */
  get enabled(): boolean {
    return this.#gated.following.enabled;
  }

  set enabled(enabled: boolean) {
    this.#gated.following.enabled = enabled;
  }

  /** Only Chime 1 reads it, which would take this for constraints and open the default microphone. @internal */
  get deviceId(): never {
    throw new TypeError('DenoiseTransformDevice: expected amazon-chime-sdk-js 2.0 or newer, got one that is older.');
  }

  /** The microphone, as it was given. */
  getInnerDevice(): ChimeDevice {
    return this.#device;
  }

  /**
   * Another microphone for the same node, so that nothing is loaded again: hand it to `startAudioInput` in place of
   * this one. `stop()` of either frees the node of both. Rejects as the constructor throws.
   */
  async chooseNewInnerDevice(device: ChimeDevice): Promise<DenoiseTransformDevice> {
    const chosen = new DenoiseTransformDevice(device);
    chosen.#gated = this.#gated;
    return chosen;
  }

  /**
   * For Chime: what to open, with the browser's echo cancellation and without its suppression. Rejects with a TypeError
   * for a stream that has ended since: Chime stops those that it was given when it starts another microphone.
   */
  async intrinsicDevice(): Promise<ChimeDevice> {
    const device = this.#device;
    requireDevice(device);
    if (isStream(device)) return device;
    const own = typeof device === 'object' && !isInfo(device) ? device : idConstraints(device);
    return { ...MICROPHONE, ...own, noiseSuppression: false };
  }

  /** For Chime: the nodes, which are the same ones in the same context. */
  async createAudioNode(context: AudioContext): Promise<ChimeSubgraph> {
    return this.#gated.in(context);
  }

  /** For Chime: while the microphone is muted nothing is computed. */
  async mute(muted: boolean): Promise<void> {
    this.#gated.open = !muted;
  }

  /**
   * Frees the node: call it once another microphone was started, or none is wanted. Started once more, the device makes
   * a new node with the same settings.
   */
  stop(): Promise<void> {
    return this.#gated.release();
  }
}

/** A node behind a gate. A node that nothing is connected to costs nothing after a second. */
class GatedNode {
  readonly following: FollowingNode;
  #gate: GainNode | undefined;
  #open = true;

  constructor(options: DenoiseOptions | undefined) {
    this.following = new FollowingNode(options);
  }

  set open(open: boolean) {
    if (open === this.#open) return;
    this.#open = open;
    this.#connect();
  }

  in(context: BaseAudioContext): ChimeSubgraph {
    const before = this.following.current;
    const end = this.following.in(context);
    if (this.#gate === undefined || end !== before) {
      this.#gate?.disconnect();
      this.#gate = new GainNode(context);
      this.#connect();
    }
    return { start: this.#gate, end };
  }

  release(): Promise<void> {
    this.#gate?.disconnect();
    this.#gate = undefined;
    return this.following.release();
  }

  #connect(): void {
    const node = this.following.current;
    if (this.#gate === undefined || node === undefined) return;
    if (this.#open) this.#gate.connect(node);
    else this.#gate.disconnect();
  }
}

/** Neither of the two names a device in every browser. */
function idConstraints(device: string | MediaDeviceInfo): MediaTrackConstraints {
  const id = typeof device === 'string' ? device : device.deviceId;
  return id === '' || id === 'default' ? {} : { deviceId: { exact: id } };
}

function isStream(device: object | string): device is MediaStream {
  return typeof device === 'object' && 'getAudioTracks' in device;
}

function isInfo(device: object): device is MediaDeviceInfo {
  return 'kind' in device && 'deviceId' in device;
}

/** Chime would take what is no microphone for constraints, and open the default one. */
function requireDevice(device: unknown): void {
  const expected = 'DenoiseTransformDevice: expected the id of a microphone, constraints or a MediaStream';
  if (typeof device === 'string') return;
  if (typeof device !== 'object' || device === null) throw new TypeError(`${expected}, got ${nameOf(device)}.`);
  if (isStream(device)) {
    requireTrack(requireStream(device, 'DenoiseTransformDevice').getAudioTracks()[0], 'DenoiseTransformDevice');
    return;
  }
  if ('readyState' in device)
    throw new TypeError(`${expected}, got a MediaStreamTrack: wrap it, new MediaStream([track]).`);
  if ('createAudioNode' in device || 'intrinsicDevice' in device)
    throw new TypeError(`${expected}, got another transform device: Chime applies one at a time.`);
  if (isInfo(device) && device.kind !== 'audioinput') throw new TypeError(`${expected}, got an ${device.kind} device.`);
}
