/** [page and worker] Where the models of the catalogue are served. */

/** Asked for at once; whoever waits for it here, and not as the module loads, misses no message to a worker. */
const catalogue = fetch('/models/catalogue.json').then((response) => response.json());

/** @param {string} name as the catalogue has it */
export async function modelUrl(name) {
  for (const { folder, models } of (await catalogue).packages) {
    const found = models.find((model) => model.name === name);
    // The package's own models are one file each, as apps load them.
    if (found !== undefined && folder === '.') return new URL(`/dist/models/${name}.bin`, location.origin).href;
    if (found !== undefined) return new URL(`/models/${folder}/${found.manifest}`, location.origin).href;
  }
  throw new RangeError(`Expected a model of models/catalogue.json, got "${name}".`);
}
