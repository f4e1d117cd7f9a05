import { type CSSResultOrNative, LitElement } from 'lit';

/** Sheets made so far, by document and by the styles that they were made from. */
const sheets = new WeakMap<Document, Map<CSSResultOrNative, CSSStyleSheet>>();

/**
 * An element that looks the same in whichever document it stands: in the page, in an iframe, in a pop-up or
 * picture-in-picture window, and back.
 *
 * A constructed style sheet belongs to the document whose window made it, and no other may adopt it
 * (https://drafts.csswg.org/cssom/#dom-documentorshadowroot-adoptedstylesheets): a shadow root that moves loses its
 * sheets. So each document gets sheets of its own, made when the first element comes. Style elements would move along,
 * but a strict content security policy (`style-src 'self'`) refuses them.
 */
export class PortableElement extends LitElement {
  protected override createRenderRoot(): ShadowRoot {
    const { shadowRootOptions } = this.constructor as typeof LitElement;
    const root = this.shadowRoot ?? this.attachShadow(shadowRootOptions);
    this.renderOptions.renderBefore ??= root.firstChild as ChildNode;
    this.#adoptStyles(root);
    return root;
  }

  /** The browser calls this after a move to another document. */
  adoptedCallback(): void {
    if (this.shadowRoot) this.#adoptStyles(this.shadowRoot);
  }

  #adoptStyles(root: ShadowRoot): void {
    const { ownerDocument } = this;
    const view = ownerDocument.defaultView as (Window & typeof globalThis) | null;
    // Documents without a window, as those of templates, show nothing.
    if (!view) return;
    const made = sheets.get(ownerDocument) ?? new Map<CSSResultOrNative, CSSStyleSheet>();
    sheets.set(ownerDocument, made);
    const adopted: CSSStyleSheet[] = [];
    for (const styles of (this.constructor as typeof LitElement).elementStyles) {
      let sheet = made.get(styles);
      if (!sheet) {
        sheet = new view.CSSStyleSheet();
        sheet.replaceSync(textOf(styles));
        made.set(styles, sheet);
      }
      adopted.push(sheet);
    }
    root.adoptedStyleSheets = adopted;
  }
}

function textOf(styles: CSSResultOrNative): string {
  return 'cssText' in styles ? styles.cssText : Array.from(styles.cssRules, ({ cssText }) => cssText).join('\n');
}
