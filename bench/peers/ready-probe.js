/**
 * [audio] Loaded before a peer's worklet: processors registered from here on say 'peer-ready' when they begin to
 * process.
 *
 * The peers keep what processes in the property `processor`, which they set once their WebAssembly runs.
 */
const register = globalThis.registerProcessor.bind(globalThis);

globalThis.registerProcessor = (name, Processor) => {
  register(
    name,
    class extends Processor {
      #processor;

      get processor() {
        return this.#processor;
      }

      set processor(processor) {
        this.#processor = processor;
        if (processor !== undefined) this.port.postMessage('peer-ready');
      }
    },
  );
};
