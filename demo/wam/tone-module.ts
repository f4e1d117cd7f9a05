import type { WamNode as Node } from '@webaudiomodules/api';
import { WamNode, WebAudioModule } from '@webaudiomodules/sdk';
import { TONE_MODULE } from '../messages.ts';

/** Contexts that have the processor, or get it. */
const contexts = new WeakMap<BaseAudioContext, Promise<void>>();

async function addProcessor(context: BaseAudioContext): Promise<void> {
  await WamNode.addModules(context, TONE_MODULE);
  await context.audioWorklet.addModule(new URL('tone-processor.js', import.meta.url));
}

/** A tone control, made of the SDK of Web Audio Modules alone: the other plugin on this page. It has no panel. */
export class ToneModule extends WebAudioModule {
  constructor(groupId: string, audioContext: BaseAudioContext) {
    super(groupId, audioContext);
    Object.assign(this.descriptor, { identifier: TONE_MODULE, name: 'Tone', vendor: 'this page' });
  }

  override async createAudioNode(): Promise<Node> {
    const { audioContext } = this;
    const adding = contexts.get(audioContext) ?? addProcessor(audioContext);
    contexts.set(audioContext, adding);
    await adding;
    const node = new WamNode(this, {}) as Node & { _initialize(): Promise<void> };
    await node._initialize();
    return node;
  }
}
