import { html, type TemplateResult } from 'lit';
import { isSettable } from '../node/node-settings.ts';
import type { PanelView } from './panel-view.ts';

/** From here on the panel says that a voice sounds. */
const VOICE_FROM = 0.5;

/** What the node measures, each figure with its name; a dash where there is nothing to tell now. */
export function figuresTemplate({ node, state, metrics, values }: PanelView): TemplateResult {
  const { strings } = values;
  const live = state === 'live' ? metrics : undefined;
  const served = state === 'live' || state === 'bypassed' || state === 'paused' ? metrics : undefined;
  const underruns = metrics && (metrics.underruns === 0 ? strings.noUnderruns : values.count(metrics.underruns));
  const known = isSettable(node) ? node : undefined;
  return html`<dl class="figures" part="figures" aria-label=${strings.figures}>
    ${figure('reduction', strings.reduction, live && values.decibels(live.reduction))}
    ${figure('voice', strings.voice, live && voiceTemplate(live.voice >= VOICE_FROM, strings))}
    ${figure('latency', strings.latency, known && values.milliseconds(known.latency))}
    ${figure('hop', strings.hop, served && served.hopMsP50 > 0 && values.hopTime(served.hopMsP50, served.hopMsP95))}
    ${figure('load', strings.load, served && values.percent(served.load))}
    ${figure('queue', strings.queue, served && values.milliseconds(served.slack))}
    ${figure('underruns', strings.underruns, underruns)}
    ${figure('mode', strings.mode, known && strings.modes[known.mode])}
  </dl>`;
}

function figure(id: string, name: string, value: unknown): TemplateResult {
  return html`<div part="figure"><dt>${name}</dt><dd id=${id}><bdi>${value || '–'}</bdi></dd></div>`;
}

function voiceTemplate(isOn: boolean, { voiceOn, voiceOff }: PanelView['values']['strings']): TemplateResult {
  return html`<span class="voice" data-on=${isOn}></span>${isOn ? voiceOn : voiceOff}`;
}
