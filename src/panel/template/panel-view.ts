import type { DenoiseNode } from '../../main/denoise-node.ts';
import type { DenoiseMetrics } from '../../main/events.ts';
import type { TextDirection } from '../locales/direction.ts';
import type { NodeDiagnosis } from '../node/node-diagnosis.ts';
import type { SliderName } from '../node/node-settings.ts';
import type { PanelState } from '../strings.ts';
import type { ValueFormatter } from '../value-formatter.ts';

/** A model to choose from. */
export interface ModelChoice {
  /** Name of a bundled model or URL of a folder, as for the node's option `model`. */
  readonly value: string;
  readonly label: string;
}

/** All that a panel shows, which is all that its templates know. */
export interface PanelView {
  readonly node: DenoiseNode | null;
  readonly state: PanelState;
  readonly metrics: DenoiseMetrics | undefined;
  /** Values as text, and the strings between them. */
  readonly values: ValueFormatter;
  /** Direction of the strings; undefined where the page has said its own. */
  readonly direction: TextDirection | undefined;
  readonly models: readonly ModelChoice[];
  readonly incomingModel: string | undefined;
  readonly modelProblem: unknown;
  readonly diagnosis: Pick<NodeDiagnosis, 'sentence' | 'isUnderWay'>;
  readonly hasMix: boolean;
  /** Whether the model was reset a moment ago. */
  readonly isReset: boolean;
  /** How much time the spectrograms show. */
  readonly seconds: number;
  readonly actions: PanelActions;
}

/** What the person does. The functions stay the same for as long as the panel lives. */
export interface PanelActions {
  readonly toggle: (event: Event) => void;
  readonly toggleAutoGain: (event: Event) => void;
  readonly slide: Readonly<Record<SliderName, (event: Event) => void>>;
  readonly chooseModel: (event: Event) => void;
  readonly reset: () => void;
  readonly openDiagnosis: (event: Event) => void;
  readonly diagnose: () => void;
  readonly retry: () => void;
}
