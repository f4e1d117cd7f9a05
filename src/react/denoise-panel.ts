import {
  createElement,
  type ForwardRefExoticComponent,
  forwardRef,
  type HTMLAttributes,
  type RefAttributes,
  useEffect,
  useImperativeHandle,
  useRef,
} from 'react';
import type { DenoisePanel as PanelElement } from '../panel/define.ts';

/** Properties that React 18 would write as attributes. */
const PROPERTIES = ['node', 'models', 'strings', 'persist', 'theme', 'withoutMix', 'seconds'] as const;

/** Of a panel whose page has set nothing. */
const DEFAULTS: Settings = {
  node: null,
  models: [],
  strings: undefined,
  persist: '',
  theme: 'auto',
  withoutMix: false,
  seconds: 6,
};

type Settings = Pick<PanelElement, (typeof PROPERTIES)[number]>;

/** Those of the element, those of any HTML element, and its events. */
export interface DenoisePanelProps extends Partial<Settings>, HTMLAttributes<PanelElement> {
  /** The person has changed a setting, which the node has already. */
  onDenoiseChange?: (event: HTMLElementEventMap['denoise-change']) => void;
  /** The person has reset the model. */
  onDenoiseReset?: (event: HTMLElementEventMap['denoise-reset']) => void;
  /** The person wants to try again after a failure; `event.preventDefault()` to make a new node instead. */
  onDenoiseRetry?: (event: HTMLElementEventMap['denoise-retry']) => void;
}

/**
 * `<denoise-panel>` as a component. The element is fetched when the first is mounted, and never on a server, where the
 * tag alone is rendered.
 *
 * @example
 * ```tsx
 * import { DenoisePanel, useDenoise } from 'denoise-node/react';
 *
 * export function Microphone({ stream }: { stream: MediaStream | null }) {
 *   const { node } = useDenoise(stream);
 *   return <DenoisePanel node={node} theme="dark" onDenoiseChange={({ detail }) => console.log(detail)} />;
 * }
 * ```
 */
export const DenoisePanel: ForwardRefExoticComponent<DenoisePanelProps & RefAttributes<PanelElement>> = forwardRef<
  PanelElement,
  DenoisePanelProps
>(function DenoisePanel(props, ref) {
  const { onDenoiseChange, onDenoiseReset, onDenoiseRetry, ...rest } = props;
  const element = useRef<PanelElement>(null);
  useImperativeHandle(ref, () => element.current as PanelElement, []);
  useEffect(() => {
    void import('../panel/define.ts');
  }, []);
  for (const name of PROPERTIES) useProperty(element, name, props[name] ?? DEFAULTS[name]);
  useListener(element, 'denoise-change', onDenoiseChange);
  useListener(element, 'denoise-reset', onDenoiseReset);
  useListener(element, 'denoise-retry', onDenoiseRetry);
  const attributes: Record<string, unknown> = { ref: element };
  for (const [name, value] of Object.entries(rest))
    if (!PROPERTIES.includes(name as keyof Settings)) attributes[name === 'className' ? 'class' : name] = value;
  return createElement('denoise-panel', attributes);
});

type ElementRef = { readonly current: PanelElement | null };

/** Also before the element is defined, which takes over what it finds. */
function useProperty(element: ElementRef, name: keyof Settings, value: Settings[typeof name]): void {
  useEffect(() => {
    if (element.current !== null) (element.current as Record<typeof name, unknown>)[name] = value;
  }, [element, name, value]);
}

function useListener<K extends 'denoise-change' | 'denoise-reset' | 'denoise-retry'>(
  element: ElementRef,
  type: K,
  listener: ((event: HTMLElementEventMap[K]) => void) | undefined,
): void {
  useEffect(() => {
    const panel = element.current;
    if (panel === null || listener === undefined) return undefined;
    panel.addEventListener(type, listener as EventListener);
    return () => panel.removeEventListener(type, listener as EventListener);
  }, [element, type, listener]);
}
