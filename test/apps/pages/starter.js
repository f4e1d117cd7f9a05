/** What stands before an app that opens a microphone: that is a recording, and what the app plays is listened to. */
const RATE_HZ = 48000;
const AFTER_SECONDS = 2;

let context;
let microphone;
let node;
let isPlayed = false;
globalThis.AudioContext = class extends AudioContext {
  constructor(options) {
    super({ sampleRate: RATE_HZ, ...options });
    context = this;
  }
};
navigator.mediaDevices.getUserMedia = async () => {
  microphone = context.createMediaStreamDestination();
  return microphone.stream;
};
const { connect } = AudioNode.prototype;
AudioNode.prototype.connect = function (to, ...rest) {
  if ('getMetrics' in to) node = to;
  if (to instanceof AudioDestinationNode) isPlayed = true;
  return connect.call(this, to, ...rest);
};

globalThis.denoise = async (samples, sampleRate) => {
  while (node === undefined || !isPlayed) await new Promise((resolve) => setTimeout(resolve, 20));
  await node.ready;
  const buffer = context.createBuffer(1, samples.length, sampleRate);
  buffer.copyToChannel(samples, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(microphone);
  const before = node.getMetrics().underruns;
  const enhanced = await globalThis.record(node, source, AFTER_SECONDS);
  return { mode: node.mode, enhanced, isLive: true, late: node.getMetrics().underruns - before };
};
