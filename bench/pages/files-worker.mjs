/** [worker] One file, as a Blob, enhanced into another again and again. */
import { modelUrl } from './model-url.mjs';

globalThis.onmessage = async ({ data: { model, rounds } }) => {
  try {
    const { Denoiser } = await import('/dist/engine.js');
    const { BlobSink, blobSource, enhanceReader, openWav, WavWriter } = await import('/bench/files.js');
    const denoiser = await Denoiser.load({
      modelUrl: await modelUrl(model),
      wasmUrl: '/dist/wasm/',
    });
    const file = await (await fetch('/bench/recording.wav')).blob();
    const times = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      const reader = await openWav(blobSource(file));
      const sink = new BlobSink();
      const writer = await WavWriter.open(sink, reader);
      await enhanceReader(denoiser, reader, { enhanced: writer });
      await writer.finish();
      if (sink.toBlob('audio/wav').size !== file.size) throw new Error('The result has another length.');
      times.push((performance.now() - start) / 1000);
    }
    postMessage({ times });
  } catch (error) {
    postMessage({ error: error.stack });
  }
};
