/**
 * In:     events and values for the parameters of one module
 * Out:    a signal for each AudioParam; news of what was carried out
 * Thread: [main]
 */
import { PARAMETER_NAMES, type ParameterName } from '../../shared/parameters.ts';
import {
  MODULE_ID,
  type PageToWam,
  type WamEvent,
  type WamProcessorOptions,
  type WamToPage,
} from '../../shared/wam-messages.ts';

/** What the processor has to say to its node. */
export interface EventsNews {
  /** An event's time has come; of a parameter, the value that it has now. */
  readonly processed: (event: WamEvent, set: readonly [ParameterName, number] | undefined) => void;
}

/** The module's processor as the page talks to it. */
export class EventsClient {
  readonly #node: AudioWorkletNode;
  readonly #news: EventsNews;
  readonly #waiting = new Map<number, () => void>();
  #stopListening: () => void = () => {};
  #lastToken = 0;
  #hasEnded = false;

  /** Rejects with a sentence that says what to do, where the host has not prepared the context or the group. */
  static async start(context: BaseAudioContext, options: WamProcessorOptions, news: EventsNews): Promise<EventsClient> {
    const node = new AudioWorkletNode(context, MODULE_ID, {
      numberOfInputs: 0,
      numberOfOutputs: PARAMETER_NAMES.length + 1,
      outputChannelCount: [...PARAMETER_NAMES, 'silent'].map(() => 1),
      processorOptions: options,
    });
    const client = new EventsClient(node, news);
    await client.#join(options.groupId);
    node.connect(context.destination, PARAMETER_NAMES.length);
    return client;
  }

  private constructor(node: AudioWorkletNode, news: EventsNews) {
    this.#node = node;
    this.#news = news;
  }

  /** Adds the signal of a parameter to an AudioParam. */
  drive(name: ParameterName, parameter: AudioParam): void {
    this.#node.connect(parameter, PARAMETER_NAMES.indexOf(name));
  }

  /** Without an answer. Does nothing once ended. */
  post(message: PageToWam): void {
    if (!this.#hasEnded) this.#node.port.postMessage(message);
  }

  /** Resolves when the processor has done what it was asked for, or has ended: a closed context answers nothing. */
  async ask(request: (token: number) => PageToWam): Promise<void> {
    if (this.#hasEnded) return;
    await new Promise<void>((resolve) => {
      this.#lastToken += 1;
      this.#waiting.set(this.#lastToken, resolve);
      this.post(request(this.#lastToken));
    });
  }

  /** Leaves the group, and ends the processor. Idempotent. */
  end(): void {
    if (this.#hasEnded) return;
    this.post({ type: 'destroy' });
    this.#hasEnded = true;
    this.#stopListening();
    this.#node.disconnect();
    this.#node.onprocessorerror = null;
    this.#node.port.onmessage = null;
    this.#node.port.close();
    for (const resolve of this.#waiting.values()) resolve();
    this.#waiting.clear();
  }

  #join(groupId: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = (sentence: string): void => {
        this.end();
        reject(new DOMException(`Denoise module: ${sentence}`, 'InvalidStateError'));
      };
      const { context } = this.#node;
      const onStateChange = (): void => {
        if (context.state === 'closed') refuse('its context was closed before it was ready.');
      };
      context.addEventListener('statechange', onStateChange);
      this.#stopListening = () => context.removeEventListener('statechange', onStateChange);
      onStateChange();
      this.#node.onprocessorerror = () => refuse('its processor threw. Make a new module; please report this.');
      this.#node.port.onmessage = ({ data }: MessageEvent<WamToPage>) => {
        switch (data.type) {
          case 'created':
            this.#stopListening();
            resolve();
            return;
          case 'refused':
            refuse(
              data.why === 'host'
                ? 'expected a context that a host has prepared: await initializeWamHost(audioContext) of ' +
                    '@webaudiomodules/sdk before createInstance().'
                : `expected the id of a group in this context, got "${groupId}": pass the first of the two that ` +
                    'initializeWamHost(audioContext) gave.',
            );
            return;
          case 'processed':
            this.#news.processed(data.event, data.set);
            return;
          case 'done':
            this.#waiting.get(data.token)?.();
            this.#waiting.delete(data.token);
            return;
          default:
            data satisfies never;
        }
      };
    });
  }
}
