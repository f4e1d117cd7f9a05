/** [audio] Records the first channel of every input over the same frames and posts them when they are full. */
class Recorder extends AudioWorkletProcessor {
  constructor({ numberOfInputs, processorOptions }) {
    super();
    this.tracks = Array.from({ length: numberOfInputs }, () => new Float32Array(processorOptions.frames));
    this.at = 0;
  }

  process(inputs) {
    const { tracks, at } = this;
    const frames = tracks[0].length;
    let quantum = 0;
    inputs.forEach((channels, index) => {
      if (channels.length === 0) return;
      quantum = channels[0].length;
      tracks[index].set(channels[0].subarray(0, frames - at), at);
    });
    this.at = Math.min(frames, at + quantum);
    if (this.at < frames) return true;
    this.port.postMessage(tracks);
    return false;
  }
}

registerProcessor('bench-recorder', Recorder);
