/** [page and worker] Where the models of the catalogue are served. It is read before anything is measured. */
const { packages } = await (await fetch('/models/catalogue.json')).json();

/** @param {string} name as the catalogue has it */
export function modelUrl(name) {
  for (const { folder, models } of packages) {
    const found = models.find((model) => model.name === name);
    if (found !== undefined) return new URL(`/models/${folder}/${found.manifest}`, location.origin).href;
  }
  throw new RangeError(`Expected a model of models/catalogue.json, got "${name}".`);
}
