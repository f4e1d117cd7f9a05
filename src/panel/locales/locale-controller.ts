/**
 * In:     `lang` and `dir` of a panel, of what stands around it, and of its page
 * Out:    the strings to show, and the direction to show them in; renders its panel when either may have changed
 * Thread: [main]
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { PanelStrings } from '../strings.ts';
import { directionOf, type TextDirection } from './direction.ts';
import { onLocaleRegistered, stringsFor } from './registry.ts';

type Host = ReactiveControllerHost & HTMLElement;

const hosts = new Set<Host>();

/** One for all panels, made when the first comes into a page: there is none on a server. */
let observer: MutationObserver | undefined;

onLocaleRegistered(updateAll);

/** Finds out in which language a panel speaks, as HTML does: by the nearest element that says so. */
export class LocaleController implements ReactiveController {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  /** Strings in the language of the panel, of the nearest element around it that names one, or of the page. */
  get strings(): PanelStrings {
    return stringsFor(this.#host.lang || nearest(this.#host, 'lang') || '');
  }

  /**
   * The direction that strings ask for; undefined where `dir` of the panel, of an element around it or of the page has
   * the say, which is then inherited.
   */
  directionFor(strings: PanelStrings): TextDirection | undefined {
    if (nearest(this.#host, 'dir') !== undefined) return undefined;
    return strings.direction ?? directionOf(strings.locale);
  }

  hostConnected(): void {
    observer ??= new MutationObserver(updateAll);
    hosts.add(this.#host);
    // Observing the same root twice is observing it once.
    for (const root of rootsOf(this.#host))
      observer.observe(root, { attributes: true, attributeFilter: ['lang', 'dir'], subtree: true });
    // It may have come to other surroundings.
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    hosts.delete(this.#host);
    // A single root cannot be let go; a page without panels has none.
    if (hosts.size === 0) observer?.disconnect();
  }
}

function updateAll(): void {
  for (const host of hosts) host.requestUpdate();
}

/** What the element itself says, or the nearest one around it, beyond the shadow roots in which they stand. */
function nearest(element: Element, attribute: 'lang' | 'dir'): string | undefined {
  for (let at: Element | undefined = element; at; at = hostOf(at.getRootNode())) {
    const found: Element | null = at.closest(`[${attribute}]:not([${attribute}=''])`);
    if (found) return found.getAttribute(attribute)!;
  }
  return undefined;
}

/** The document, and every shadow root on the way to it. */
function* rootsOf(element: Element): Iterable<Node> {
  for (let at: Element | undefined = element; at; ) {
    const root = at.getRootNode();
    yield root;
    at = hostOf(root);
  }
}

/** Not by `instanceof`: each window has a ShadowRoot of its own. */
function hostOf(root: Node): Element | undefined {
  return (root as Partial<ShadowRoot>).host;
}
