/**
 * In:     a group and a context of a host, and what it has kept of a module
 * Out:    a node for its graph, panels for its window
 * Thread: [main]
 */
import { beside } from '../../shared/beside.ts';
import { quoted, shortened } from '../../shared/quoted.ts';
import { MODULE_ID } from '../../shared/wam-messages.ts';
import type {
  DenoiseModuleConstructor,
  DenoiseModule as DenoiseModuleFace,
  DenoiseModuleNode,
  DenoiseModuleOptions,
} from './denoise-module.ts';
import { DESCRIPTOR, type WamDescriptor } from './descriptor.ts';
import { createModuleNode } from './module-node.ts';

/** The element that a module makes its panels of. */
interface Panel extends HTMLElement {
  node: DenoiseModuleNode | null;
}

/** Beside this module; in a folder that `options.assets` names, as below the package's dist/. */
function processorUrl(assets: DenoiseModuleOptions['assets']): string {
  if (typeof assets !== 'string' && !(assets instanceof URL))
    return beside(() => new URL('./wam-processor.js', import.meta.url), 'wam/wam-processor.js');
  const folder = new URL(assets, document.baseURI).href;
  return `${folder.replace(/\/?$/, '/')}wam/wam-processor.js`;
}

class Module implements DenoiseModuleFace {
  static readonly isWebAudioModuleConstructor = true;
  static options: DenoiseModuleOptions = {};
  readonly isWebAudioModule = true;
  readonly audioContext: BaseAudioContext;
  readonly groupId: string;
  readonly instanceId = `${MODULE_ID}/${crypto.randomUUID()}`;
  readonly descriptor: WamDescriptor = { ...DESCRIPTOR };
  #node: DenoiseModuleNode | undefined;
  #initializing: Promise<DenoiseModuleFace> | undefined;
  #isInitialized = false;
  readonly #panels = new Set<Panel>();

  static createInstance(groupId: string, audioContext: BaseAudioContext, state?: unknown): Promise<DenoiseModuleFace> {
    return new this(groupId, audioContext).initialize(state);
  }

  constructor(groupId: string, audioContext: BaseAudioContext) {
    this.groupId = groupId;
    this.audioContext = audioContext;
  }

  get audioNode(): DenoiseModuleNode {
    if (this.#node !== undefined) return this.#node;
    throw new DOMException('Denoise module: await initialize() before you ask for its audioNode.', 'InvalidStateError');
  }

  get initialized(): boolean {
    return this.#isInitialized;
  }

  get moduleId(): string {
    return MODULE_ID;
  }

  get name(): string {
    return this.descriptor.name;
  }

  get vendor(): string {
    return this.descriptor.vendor;
  }

  async createAudioNode(state?: unknown): Promise<DenoiseModuleNode> {
    this.#requireContext();
    const { options } = this.constructor as typeof Module;
    const url = processorUrl(options.assets);
    try {
      await this.audioContext.audioWorklet.addModule(url);
    } catch (cause) {
      this.#requireContext(); // It may have closed meanwhile.
      const message =
        `Denoise module: ${shortened(url)} did not load. Serve the folder dist/ of the package, or copy its files by ` +
        '"npx denoise-node copy-assets DIR" and set Denoise.options = { assets: URL of DIR }; a content ' +
        'security policy must allow it (script-src).';
      throw new Error(message, { cause });
    }
    return createModuleNode(this, options, state);
  }

  initialize(state?: unknown): Promise<DenoiseModuleFace> {
    this.#initializing ??= this.#initialize(state).catch((error) => {
      this.#node = undefined;
      this.#initializing = undefined;
      throw error;
    });
    return this.#initializing;
  }

  async createGui(): Promise<HTMLElement> {
    const node = this.audioNode;
    await import('../../panel/define.ts');
    const panel = document.createElement('denoise-panel') as unknown as Panel;
    panel.node = node;
    this.#panels.add(panel);
    return panel;
  }

  destroyGui(gui: Element): void {
    gui.remove();
    if (this.#panels.delete(gui as Panel)) (gui as Panel).node = null;
  }

  async #initialize(state: unknown): Promise<DenoiseModuleFace> {
    this.#node = await this.createAudioNode(state);
    await settled(this.#node);
    this.#isInitialized = true;
    return this;
  }

  #requireContext(): void {
    const { groupId, audioContext } = this;
    if (typeof groupId !== 'string')
      throw new TypeError(
        `Denoise module: expected the id of a group, then the context, got ${quoted(groupId)} first.`,
      );
    if (audioContext?.audioWorklet === undefined)
      throw new TypeError(
        'Denoise module: expected an AudioContext or OfflineAudioContext of the browser, with an AudioWorklet, which ' +
          'pages over https and on localhost have.',
      );
    if (audioContext.state === 'closed')
      throw new DOMException('Denoise module: its context is closed. Make a new one.', 'InvalidStateError');
  }
}

/** When a node works, or will not: offline that is an error, because nobody could try again. */
async function settled(node: DenoiseModuleNode): Promise<void> {
  if (node.state === 'loading')
    await new Promise<void>((resolve) => {
      node.addEventListener('statechange', () => resolve(), { once: true });
    });
  const isOffline = 'startRendering' in node.context;
  const { error } = node;
  if (isOffline && error !== undefined) {
    await node.destroy();
    throw error;
  }
  if (node.state === 'disposed')
    throw new DOMException('Denoise module: its context was closed before it was ready.', 'InvalidStateError');
}

export const DenoiseModule: DenoiseModuleConstructor = Module;
