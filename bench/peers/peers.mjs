/** [page] The peers: worklets of @sapphi-red/web-noise-suppressor, made as its README says. */
const PACKAGE = '/node_modules/@sapphi-red/web-noise-suppressor/dist/';

/** What each peer's files are called. All run at 48 kHz. */
export const PEERS = {
  rnnoise: { node: 'RnnoiseWorkletNode', worklet: 'rnnoise/workletProcessor.js', wasm: 'rnnoise_simd.wasm' },
  gtcrn: { node: 'GtcrnWorkletNode', worklet: 'gtcrn/workletProcessor.js', wasm: 'gtcrn.wasm' },
  speex: { node: 'SpeexWorkletNode', worklet: 'speex/workletProcessor.js', wasm: 'speex.wasm' },
};

export const PEER_RATE_HZ = 48000;

/** Files a page needs for a peer, as paths from the root of the server. */
export function peerFiles(name) {
  const { worklet, wasm } = PEERS[name];
  return [`${PACKAGE}index.js`, `${PACKAGE}${worklet}`, `${PACKAGE}${wasm}`];
}

/**
 * A peer's node that processes from the first quantum on: the package instantiates its WebAssembly in the background
 * and is silent until then, so a probe in the worklet says when it has.
 *
 * @param {BaseAudioContext} context
 * @param {keyof typeof PEERS} name
 * @param {number} maxChannels
 */
export async function createPeer(context, name, maxChannels = 1) {
  const { node: className, worklet, wasm } = PEERS[name];
  const [library, wasmBinary] = await Promise.all([
    import(`${PACKAGE}index.js`),
    fetch(PACKAGE + wasm).then((response) => response.arrayBuffer()),
  ]);
  await context.audioWorklet.addModule('/bench/peers/ready-probe.js');
  await context.audioWorklet.addModule(PACKAGE + worklet);
  const node = new library[className](context, { maxChannels, wasmBinary });
  await new Promise((resolve, reject) => {
    node.port.onmessage = ({ data }) => data === 'peer-ready' && resolve();
    node.onprocessorerror = () => reject(new Error(`The worklet of ${name} failed.`));
  });
  return node;
}
