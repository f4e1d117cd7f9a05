/**
 * In:     a DenoiseNode: its events, its figures, and the sound on both of its sides
 * Out:    figures for the panel to render; levels and sound for its meters and spectrograms, once a frame
 * Thread: [main]
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { DenoiseNode } from '../../main/denoise-node.ts';
import type { DenoiseMetrics } from '../../main/events.ts';
import type { LevelMeter } from '../level-meter.ts';
import type { SpectrogramView } from '../spectrogram-view.ts';
import { WhileSeen } from '../while-seen.ts';
import { NodeTap } from './node-tap.ts';

/** Figures change this often: nobody can read them any faster. */
const FIGURES_MS = 250;

const EVENTS = ['statechange', 'modechange', 'modelchange', 'latencychange', 'error'] as const;

/** Where one side of a node is shown. */
export interface SideView {
  readonly picture: SpectrogramView;
  readonly meter: LevelMeter;
}

/** Both sides; undefined before the host has rendered them. */
export type SideViews = () => { readonly noisy: SideView; readonly enhanced: SideView } | undefined;

/**
 * Ties a panel to one node at a time: listens to its events while the panel is in the page, and to its sound while the
 * panel can be seen. A node that is let go keeps nothing of the panel.
 */
export class NodeBinding implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #views: SideViews;
  readonly #seen: WhileSeen;
  /** The node to follow, and the one that is followed: none while the host is out of the page. */
  #node: DenoiseNode | null = null;
  #followed: DenoiseNode | null = null;
  #listening = new AbortController();
  #tap: NodeTap | undefined;
  #metrics: DenoiseMetrics | undefined;
  /** Time of the last frame with figures. Each window counts from its own beginning, so none is before all. */
  #measuredAt = Number.NEGATIVE_INFINITY;

  constructor(host: ReactiveControllerHost & Element, views: SideViews) {
    this.#host = host;
    this.#views = views;
    host.addController(this);
    this.#seen = new WhileSeen(host, {
      begin: () => this.#listen(),
      frame: (now) => this.#frame(now),
      end: () => this.#tap?.close(),
    });
  }

  /** Whether it draws and measures now: the host can be seen, and so can its page. */
  get working(): boolean {
    return this.#seen.seen;
  }

  /** The latest figures of the node; undefined while there is none. */
  get metrics(): DenoiseMetrics | undefined {
    return this.#metrics;
  }

  /** Follows this node from now on, and no other. */
  follow(node: DenoiseNode | null): void {
    if (node === this.#node) return;
    this.#node = node;
    this.#release();
    this.#metrics = undefined;
    if (this.#host.isConnected) this.#bind();
  }

  hostConnected(): void {
    this.#bind();
  }

  hostDisconnected(): void {
    this.#release();
  }

  hostUpdated(): void {
    // The first rendering has made the views.
    if (this.#seen.seen && !this.#tap) this.#listen();
  }

  #bind(): void {
    const node = this.#node;
    if (!node || node === this.#followed) return;
    this.#followed = node;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const update = (): void => this.#update();
    for (const type of EVENTS) node.addEventListener(type, update, { signal });
    node.context.addEventListener('statechange', update, { signal });
    this.#update();
  }

  #release(): void {
    this.#listening.abort();
    this.#followed = null;
    this.#tap?.close();
    this.#tap = undefined;
    const views = this.#views();
    if (!views) return;
    views.noisy.picture.analyser = undefined;
    views.enhanced.picture.analyser = undefined;
  }

  /** Something has changed that is shown at once. */
  #update(): void {
    if (!this.#followed) return;
    if (this.#followed.state === 'disposed') this.#tap?.close();
    this.#metrics = this.#followed.getMetrics();
    this.#host.requestUpdate();
  }

  #listen(): void {
    const views = this.#views();
    if (!views || !this.#followed || this.#followed.state === 'disposed') return;
    if (!this.#tap) {
      this.#tap = new NodeTap(this.#followed);
      views.noisy.picture.analyser = this.#tap.noisy.analyser;
      views.enhanced.picture.analyser = this.#tap.enhanced.analyser;
    }
    this.#tap.open();
    this.#measuredAt = Number.NEGATIVE_INFINITY;
  }

  #frame(now: number): void {
    const views = this.#views();
    if (!this.#tap || !this.#followed || !views) return;
    this.#tap.measure();
    for (const side of ['noisy', 'enhanced'] as const) {
      views[side].meter.level = this.#tap[side].level;
      views[side].picture.draw();
    }
    if (now - this.#measuredAt < FIGURES_MS) return;
    this.#measuredAt = now;
    // Renders the sliders, too: their parameters may be automated.
    this.#update();
  }
}
