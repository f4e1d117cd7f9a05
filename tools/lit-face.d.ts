/** What an app sees of Lit in our elements. It stands in for Lit's own types in the package's declarations. */
export declare class LitElement extends HTMLElement {
  /** Resolves once what was set is shown. */
  readonly updateComplete: Promise<boolean>;
  /** Has the element shown anew, after a change that it cannot notice. */
  requestUpdate(): void;
}
