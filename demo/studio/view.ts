/** Templates of the studio's left side: how files come in, and where they are. */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { LabelledSlider } from '../../src/panel/labelled-slider.ts';
import { formatClock, formatCutoff, formatLimit, formatPercent, formatSize, formatTarget } from './formatters.ts';
import { paceString, settingsString, stateString } from './item-strings.ts';
import type { FileSettings } from './protocol.ts';
import type { Item, Queue } from './queue.ts';
import { totalsOf, warningsOf } from './summary.ts';

/** A model to choose. */
export interface Model {
  /** As models/catalogue.json has it. */
  readonly name: string;
  /** Where its manifest lies below `models/`. */
  readonly path: string;
  readonly title: string;
}

export interface IntakeState {
  readonly models: readonly Model[];
  readonly settings: FileSettings;
  readonly microphone: { readonly isRecording: boolean; readonly seconds: number };
}

export interface IntakeActions {
  choose(files: FileList | null): void;
  set(change: Partial<FileSettings>): void;
  setAll(): void;
  record(): void;
}

export function intakeView({ models, settings, microphone }: IntakeState, actions: IntakeActions): TemplateResult {
  const choose = ({ target }: Event) => {
    const input = target as HTMLInputElement;
    actions.choose(input.files);
    // The same file may be chosen again.
    input.value = '';
  };
  const recordLabel = microphone.isRecording ? `Stop ${formatClock(microphone.seconds)}` : 'Record';
  return html`
    <div class="drop">
      <svg class="drop-icon" viewBox="0 0 48 48" aria-hidden="true">
        <path d="M24 6v24m-10-10 10 10 10-10M8 34v6h32v-6" />
      </svg>
      <p class="drop-text">Drop or paste recordings or folders</p>
      <div class="drop-buttons">
        <label class="file main-action"
          >Choose files<input type="file" id="files" multiple accept="audio/*,video/*" @change=${choose}
        /></label>
        <button id="record" type="button" class=${microphone.isRecording ? 'recording' : ''} @click=${actions.record}>
          <span class="dot" aria-hidden="true"></span>${recordLabel}
        </button>
      </div>
      <p class="fine">WAV keeps its rate and bit depth. MP3, FLAC, Ogg, M4A, WebM and videos work too.</p>
    </div>
    <details class="defaults">
      <summary>Settings for new files: ${settingsString(settings)}</summary>
      ${settingsView('new files', models, settings, actions.set)}
      <button type="button" @click=${actions.setAll}>Use for all files</button>
    </details>
  `;
}

export interface QueueState {
  readonly queue: Queue;
  readonly models: readonly Model[];
  readonly selected: Item | undefined;
  readonly isPacking: boolean;
  /** Read out when it changes. */
  readonly announced: string;
}

export interface QueueActions {
  select(item: Item): void;
  cancel(item: Item): void;
  cancelAll(): void;
  again(item: Item): void;
  retryFailed(): void;
  remove(item: Item): void;
  set(item: Item, change: Partial<FileSettings>): void;
  download(item: Item): void;
  downloadAll(): void;
  cancelPacking(): void;
}

export function queueView(
  { queue, models, selected, isPacking, announced }: QueueState,
  actions: QueueActions,
): TemplateResult {
  const { items, busy } = queue;
  const { done, failed, cancelled } = totalsOf(items);
  const total =
    items.reduce((sum, { share, status }) => sum + (busyOrDone(status) ? share : 1), 0) / Math.max(1, items.length);
  return html`
    <div class="queue-head">
      <h2 id="queue-title">Files</h2>
      <p id="totals" role="status">${announced}</p>
    </div>
    ${
      items.length === 0
        ? nothing
        : html`<progress class="overall" max="1" .value=${total} aria-label="Progress of all files"></progress>`
    }
    ${busy.length > 0 ? html`<p class="pace">${paceString(busy)}</p>` : nothing}
    <div class="queue-actions">
      ${busy.length > 0 ? allButton('cancel-all', 'Cancel all', actions.cancelAll) : nothing}
      ${
        busy.length === 0 && failed + cancelled > 1
          ? allButton('retry-all', 'Try failed again', actions.retryFailed)
          : nothing
      }
      ${
        done === 0
          ? nothing
          : isPacking
            ? html`<button type="button" @click=${actions.cancelPacking}>Packing… Cancel</button>`
            : allButton('download-all', 'Download all (zip)', actions.downloadAll, 'main-action')
      }
    </div>
    <ol class="items">
      ${repeat(
        items,
        ({ id }) => id,
        (item) => itemView(item, item === selected, models, actions),
      )}
    </ol>
  `;
}

/** A button that concerns all files. */
function allButton(id: string, text: string, act: () => void, className = ''): TemplateResult {
  return html`<button id=${id} type="button" class=${className} @click=${act}>${text}</button>`;
}

function busyOrDone(status: Item['status']): boolean {
  return status !== 'failed' && status !== 'cancelled';
}

function itemView(item: Item, isSelected: boolean, models: readonly Model[], actions: QueueActions): TemplateResult {
  const { file, status, recording, seconds } = item;
  const isBusy = status === 'waiting' || status === 'opening' || status === 'working';
  const facts = recording ? `${recording.facts}, ${formatClock(seconds!)}` : formatSize(file.size);
  const action = (name: string, text: string, act: (item: Item) => void) =>
    html`<button type="button" class=${name} aria-label="${text}: ${file.name}" @click=${() => act(item)}>
      ${text}
    </button>`;
  return html`
    <li class="item" data-status=${status} ?data-selected=${isSelected}>
      <button type="button" class="pick" aria-pressed=${isSelected} @click=${() => actions.select(item)}>
        <span class="mark" aria-hidden="true"></span><span class="name">${file.name}</span>
      </button>
      <p class="facts">${facts}</p>
      ${
        isBusy
          ? html`<progress max="1" .value=${item.share} aria-label="Progress of ${file.name}"></progress>`
          : nothing
      }
      <p class="now">${stateString(item)}</p>
      ${warningsOf(item).map((warning) => html`<p class="warning">${warning}</p>`)}
      <div class="actions">
        ${isBusy ? action('cancel', 'Cancel', actions.cancel) : nothing}
        ${status === 'done' ? action('get', 'Download', actions.download) : nothing}
        ${item.isOutdated ? action('again', 'Apply settings', actions.again) : nothing}
        ${status === 'failed' || status === 'cancelled' ? action('again', 'Try again', actions.again) : nothing}
        ${isBusy ? nothing : action('remove', 'Remove', actions.remove)}
      </div>
      <details>
        <summary>${settingsString(item.settings)}<span class="unseen">: settings of ${file.name}</span></summary>
        ${settingsView(file.name, models, item.settings, (change) => actions.set(item, change))}
      </details>
    </li>
  `;
}

function settingsView(
  whose: string,
  models: readonly Model[],
  settings: FileSettings,
  set: (change: Partial<FileSettings>) => void,
): TemplateResult {
  const sliderValue = ({ target }: Event) => (target as LabelledSlider).value;
  return html`
    <fieldset class="settings">
      <legend class="unseen">Settings of ${whose}</legend>
      <label class="model">Model
        <select @change=${({ target }: Event) => set({ model: (target as HTMLSelectElement).value })}>
          ${models.map(
            ({ name, title }) => html`<option value=${name} ?selected=${name === settings.model}>${title}</option>`,
          )}
        </select>
      </label>
      <denoise-slider
        class="mix"
        label="Mix, dry to wet"
        min="0"
        max="1"
        step="0.01"
        .value=${settings.mix}
        .words=${formatPercent}
        @input=${(event: Event) => set({ mix: sliderValue(event) })}
      ></denoise-slider>
      <denoise-slider
        class="limit"
        label="Turn noise down by at most"
        min="0"
        max="100"
        step="1"
        .value=${settings.limitDb}
        .words=${formatLimit}
        @input=${(event: Event) => set({ limitDb: sliderValue(event) })}
      ></denoise-slider>
      <denoise-slider
        class="high-pass"
        label="High-pass"
        min="0"
        max="400"
        step="10"
        .value=${settings.highPassHz}
        .words=${formatCutoff}
        @input=${(event: Event) => set({ highPassHz: sliderValue(event) })}
      ></denoise-slider>
      <label class="auto-gain"
        ><input
          type="checkbox"
          class="tick"
          .checked=${settings.autoGain}
          @change=${({ target }: Event) => set({ autoGain: (target as HTMLInputElement).checked })}
        />
        Bring voices to one level</label
      >
      <denoise-slider
        class="target"
        label="Level of voices"
        min="-40"
        max="-10"
        step="1"
        ?disabled=${!settings.autoGain}
        .value=${settings.targetLevelDb}
        .words=${formatTarget}
        @input=${(event: Event) => set({ targetLevelDb: sliderValue(event) })}
      ></denoise-slider>
    </fieldset>
  `;
}
