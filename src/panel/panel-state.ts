import type { DenoiseNode } from '../main/denoise-node.ts';
import type { PanelState } from './strings.ts';

/** What is heard through a node now, as a panel shows it. */
export function panelStateOf(node: DenoiseNode | null): PanelState {
  if (!node) return 'empty';
  switch (node.state) {
    case 'loading':
      return 'starting';
    case 'failed':
      return 'failed';
    case 'disposed':
      return 'ended';
    case 'recovering':
      return 'recovering';
    case 'overloaded':
    case 'running':
      if (node.context.state !== 'running') return 'paused';
      if (node.bypass.value >= 0.5) return 'bypassed';
      return node.state === 'overloaded' ? 'overloaded' : 'live';
    default:
      return node.state satisfies never;
  }
}
