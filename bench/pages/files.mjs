/** [page] Whole files on one worker. */

/** Seconds that each round takes. */
export async function measureFiles(model, rounds) {
  const worker = new Worker('/bench/pages/files-worker.mjs', { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error === undefined ? resolve(data.times) : reject(new Error(data.error)));
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage({ model, rounds });
    });
  } finally {
    worker.terminate();
  }
}
