import type { PipeMode } from '../shared/protocol.ts';
import { sharedRefused } from './obstacles.ts';
import { openRoute, type Route, type RouteRequest } from './route.ts';
import { canShareMemory } from './support.ts';

/** Opens the routes of one node by shared memory where that works, and by messages otherwise. [main] */
export class RouteOpener {
  /** Shared memory was refused by the audio thread. */
  #sharedIsBroken = false;

  /** Tries shared memory first, where there is any; a route that is not proved is closed again. */
  async open(request: Omit<RouteRequest, 'mode'>): Promise<Route> {
    const { transport } = request.options;
    const openBy = (mode: PipeMode): Promise<Route> => openRoute({ ...request, mode });
    if (transport === 'message' || this.#sharedIsBroken || !canShareMemory()) return openBy('message');
    const route = await openBy('shared');
    if (route.proof !== 'broken') return route;
    route.close();
    if (transport === 'shared') throw sharedRefused();
    this.#sharedIsBroken = true;
    return openBy('message');
  }

  /** What was taken for asleep does not wake up: messages from now on. */
  distrustShared(): void {
    this.#sharedIsBroken = true;
  }
}
