import { type AssetUrls, resolveAssets } from '../assets.ts';
import { TIERS } from '../bundled-files.ts';
import type { DenoiseAssets } from '../options.ts';

/** The name by which the choice of a model is left to the node. */
export const AUTO = 'auto';

/** A model of a node, and where its files are. */
export interface ModelChoice {
  /** The one that runs, as an app would ask for it. */
  readonly model: string | URL;
  readonly assets: AssetUrls;
  /** It is one of the tiers, and the node may go over to another. */
  readonly isAuto: boolean;
}

type Given = string | URL | DenoiseAssets;

/** The model that is asked for; where that is left to the node, the heaviest tier. Throws as {@link resolveAssets}. */
export function chooseModel(given: Given, asked: string | URL): ModelChoice {
  const isAuto = asked === AUTO;
  const model = isAuto ? TIERS[0] : asked;
  return { model, assets: resolveAssets(given, model), isAuto };
}

/** The tier below; undefined where there is none, or the app has chosen the model itself. */
export function lighterThan(choice: ModelChoice, given: Given): ModelChoice | undefined {
  return neighbour(choice, given, 1);
}

/** The tier above, likewise. */
export function heavierThan(choice: ModelChoice, given: Given): ModelChoice | undefined {
  return neighbour(choice, given, -1);
}

function neighbour({ model, isAuto }: ModelChoice, given: Given, step: number): ModelChoice | undefined {
  const names: readonly (string | URL)[] = TIERS;
  const name = isAuto ? names[names.indexOf(model) + step] : undefined;
  return name === undefined ? undefined : { model: name, assets: resolveAssets(given, name), isAuto };
}
