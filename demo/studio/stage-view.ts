/** Templates of the studio's right side: the selected file's pictures, the player under them, and the outcome. */
import { html, nothing, type TemplateResult } from 'lit';
import { formatClock, formatDecibels, formatLength, formatPercent, shapingStrings } from './formatters.ts';
import { stateString } from './item-strings.ts';
import type { Player, Version } from './player.ts';
import type { Item } from './queue.ts';

/** From top to bottom, by their place in sketches and reports. */
const ROWS = [
  { version: 'before', index: 0, title: 'Before', key: 1 },
  { version: 'after', index: 1, title: 'After', key: 2 },
  { version: 'removed', index: 2, title: 'Removed', key: 3 },
] as const satisfies readonly { version: Version; index: number; title: string; key: number }[];

/** What the right side shows. */
export interface StageState {
  readonly item: Item | undefined;
  readonly player: Player;
  /** Times under the pictures. */
  readonly times: readonly string[];
}

/** What the visitor does there. */
export interface StageViewActions {
  trySample(): void;
  download(item: Item): void;
  toggle(): void;
  grab(event: PointerEvent): void;
  drag(event: PointerEvent): void;
}

/** The whole side. */
export function stageView({ item, player, times }: StageState, actions: StageViewActions): TemplateResult {
  if (!item) {
    return html`<div class="empty">
      <p>A file shows here what was in it, what is left, and what was removed.</p>
      <p>
        None at hand?
        <button id="try-sample" type="button" @click=${actions.trySample}>Take a noisy sample</button>
      </p>
    </div>`;
  }
  const { recording, enhanced, seconds } = item;
  return html`
    <div class="stage-head">
      <h2>${item.file.name}</h2>
      <p class="facts">${recording ? `${recording.facts}, ${formatLength(seconds!)}` : stateString(item)}</p>
    </div>
    <div class="pictures" @pointerdown=${actions.grab} @pointermove=${actions.drag}>
      ${ROWS.map((row) => pictureView(row, item, player))}
      <div class="playhead" aria-hidden="true" ?hidden=${!enhanced}></div>
    </div>
    <div class="times" aria-hidden="true">${times.map((text) => html`<span class="tick">${text}</span>`)}</div>
    ${transportView(item, player, actions)}
    ${recording && enhanced ? outcomeView(item, actions) : nothing}
  `;
}

function pictureView({ version, index, title }: (typeof ROWS)[number], item: Item, player: Player): TemplateResult {
  const isHeard = item.enhanced !== undefined && player.listens === version;
  return html`
    <figure class="row ${version}" ?data-heard=${isHeard}>
      <figcaption>
        <h3>${title}</h3>
        <span class="figure">${loudnessString(item.enhanced?.report.loudness[index])}</span>
      </figcaption>
      <canvas role="img" aria-label="Waveform and spectrogram, ${title.toLowerCase()}: ${item.file.name}"></canvas>
    </figure>
  `;
}

function loudnessString(lufs: number | undefined): string {
  if (lufs === undefined) return '';
  return Number.isFinite(lufs) ? `${lufs.toFixed(1).replace('-', '−')} LUFS` : 'silent';
}

function transportView(item: Item, player: Player, actions: StageViewActions): TemplateResult {
  const seconds = item.seconds ?? 0;
  const isReady = item.enhanced !== undefined && player.take !== undefined;
  const icon = player.isPlaying ? 'M7 5h4v14H7zm6 0h4v14h-4z' : 'M8 5v14l11-7z';
  return html`
    <input
      id="seek"
      class="seek"
      type="range"
      min="0"
      max=${Math.max(0.01, seconds).toFixed(2)}
      step="0.01"
      aria-label="Position"
      ?disabled=${!isReady}
      @input=${({ target }: Event) => player.seek((target as HTMLInputElement).valueAsNumber)}
    />
    <div class="transport">
      <button
        id="play"
        class="play"
        type="button"
        ?disabled=${!isReady}
        @click=${actions.toggle}
        aria-label=${player.isPlaying ? 'Pause' : 'Play'}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${icon} /></svg>
      </button>
      <p class="clock"><span id="time">0:00</span> / ${formatClock(seconds)}</p>
      <fieldset class="versions" ?disabled=${!isReady}>
        <legend class="unseen">What you hear</legend>
        ${ROWS.map((row) => versionView(row, player))}
      </fieldset>
      <label class="check match"
        ><input
          id="match"
          type="checkbox"
          .checked=${player.isMatched}
          ?disabled=${!isReady}
          @change=${({ target }: Event) => (player.isMatched = (target as HTMLInputElement).checked)}
        />
        <span>Same loudness for all <small id="gains">${isReady ? gainsString(player) : ''}</small></span></label
      >
    </div>
  `;
}

function versionView({ version, title, key }: (typeof ROWS)[number], player: Player): TemplateResult {
  return html`<label class=${version}>
    <input
      type="radio"
      name="version"
      value=${version}
      .checked=${player.listens === version}
      @change=${() => (player.listens = version)}
    />
    <span>${title}<kbd aria-hidden="true">${key}</kbd></span>
  </label>`;
}

/** How the versions were brought to one loudness. */
function gainsString(player: Player): string {
  if (!player.isMatched) return '';
  return player.gainsDb
    .map((db, i) => `${ROWS[i].title.toLowerCase()} ${formatDecibels(Math.abs(db) < 0.05 ? 0 : db)}`)
    .join(', ');
}

function outcomeView(item: Item, actions: StageViewActions): TemplateResult {
  const { modelName, modelVersion } = item.enhanced!.report;
  const { mix, limitDb, ...shaping } = item.usedSettings!;
  const limit = limitDb === 100 ? 'no limit' : `noise turned down by at most ${limitDb} dB`;
  const used = [`Model ${modelName} ${modelVersion}`, `mix ${formatPercent(mix)}`, limit, ...shapingStrings(shaping)];
  const outcome = used.join(', ');
  return html`
    <div class="outcome">
      <p>${item.recording!.kept} ${outcome}.</p>
      <button id="download" type="button" class="main-action" @click=${() => actions.download(item)}>Download</button>
    </div>
  `;
}
