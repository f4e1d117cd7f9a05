import { css } from 'lit';

const light = css`
  --paper: var(--denoise-paper, #ffffff); --well: var(--denoise-well, #f4f5f3); --line: var(--denoise-line, #dde1dd);
  --ink: var(--denoise-ink, #17201d); --soft: var(--denoise-soft, #56615d);
  --accent: var(--denoise-accent, #0f766e); --focus: var(--denoise-focus, #1d5fd1);
  --noisy: var(--denoise-noisy, #a4540a); --enhanced: var(--denoise-enhanced, #0f766e);
  --rest: #cfd5d1; --meter-back: #e3e7e4; --ring: #fff;
  --warn-paper: #fdf3dc; --warn-ink: #6b4700; --bad-paper: #fdeae7; --bad-ink: #8c1d12;
  --lamp: #16a34a; --amber: #d97706; --red: #dc2626; --grey: #8b9691;
  color-scheme: light;
`;

const dark = css`
  --paper: var(--denoise-paper, #12161d); --well: var(--denoise-well, #1a1f28); --line: var(--denoise-line, #2a313c);
  --ink: var(--denoise-ink, #eef2f1); --soft: var(--denoise-soft, #a3aeb0);
  --accent: var(--denoise-accent, #3cc9b0); --focus: var(--denoise-focus, #8ab4ff);
  --noisy: var(--denoise-noisy, #f0a052); --enhanced: var(--denoise-enhanced, #3cc9b0);
  --rest: #38414e; --meter-back: #262d38; --ring: #12161d;
  --warn-paper: #33290f; --warn-ink: #f6d88a; --bad-paper: #3a1a17; --bad-ink: #ffc4bb;
  --lamp: #34d399; --amber: #fbbf24; --red: #f87171; --grey: #7c8894;
  color-scheme: dark;
`;

/** Three layouts by the panel's own width: compact below 560 px, medium below 900 px, full. */
export const styles = css`
  :host {
    ${light}
    --picture: var(--denoise-picture-height, 104px);
    display: block; container-type: inline-size; color: var(--ink);
    font: 400 14px/1.4
      var(--denoise-font, Inter, 'Segoe UI', system-ui, -apple-system, 'Helvetica Neue', Arial, sans-serif);
    font-variant-numeric: tabular-nums;
  }
  :host([hidden]) { display: none; }
  @media (prefers-color-scheme: dark) { :host(:not([theme='light'])) { ${dark} } }
  :host([theme='dark']) { ${dark} }

  * { box-sizing: border-box; }
  /* Most scripts that run from right to left are cursive: their letters touch. */
  .panel :dir(rtl) { letter-spacing: normal; }
  p, dl, dd { margin: 0; }
  .panel {
    position: relative; display: grid; gap: 16px; padding: 16px; border: 1px solid var(--line);
    border-radius: var(--denoise-radius, 14px); background: var(--paper);
    -webkit-font-smoothing: antialiased;
  }

  .header { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 4px 16px; }
  .state { grid-area: 2 / 1 / auto / -1; }
  .actions { grid-area: 1 / 2; }
  .title {
    min-width: 0; hyphens: auto; overflow-wrap: anywhere; font-size: 12px; font-weight: 600; letter-spacing: 0.01em;
    color: var(--soft);
  }
  .state { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 8px; }
  .state strong { font-size: 17px; font-weight: 650; letter-spacing: -0.01em; }
  .sentence { color: var(--soft); }
  .lamp {
    width: 9px; height: 9px; align-self: center; border-radius: 50%; background: var(--grey);
    box-shadow: 0 0 0 3px color-mix(in srgb, var(--grey) 22%, transparent);
  }
  [data-state='live'] .lamp {
    background: var(--lamp); box-shadow: 0 0 0 3px color-mix(in srgb, var(--lamp) 22%, transparent);
  }
  :is([data-state='starting'], [data-state='recovering'], [data-state='overloaded']) .lamp {
    background: var(--amber); box-shadow: 0 0 0 3px color-mix(in srgb, var(--amber) 22%, transparent);
  }
  [data-state='failed'] .lamp {
    background: var(--red); box-shadow: 0 0 0 3px color-mix(in srgb, var(--red) 22%, transparent);
  }
  .actions { display: flex; align-items: center; gap: 12px; }

  .switch {
    position: relative; display: inline-flex; align-items: center; gap: 10px; min-height: 32px; font-weight: 600;
    cursor: pointer;
  }
  .switch input {
    position: absolute; inset-block: 0; inset-inline-start: 0; width: 46px; margin: 0; opacity: 0; cursor: inherit;
  }
  .knob { width: 46px; height: 26px; border-radius: 99px; background: var(--grey); transition: background 0.15s; }
  .knob::after {
    content: ''; display: block; width: 20px; height: 20px; margin: 3px; border-radius: 50%; background: #fff;
    box-shadow: 0 1px 3px rgb(0 0 0 / 0.35); transition: translate 0.15s;
  }
  input:checked + .knob { background: var(--accent); }
  input:checked + .knob::after { translate: 20px 0; }
  input:checked + .knob:dir(rtl)::after { translate: -20px 0; }
  input:focus-visible + .knob, button:focus-visible, select:focus-visible {
    outline: 3px solid var(--focus); outline-offset: 2px;
  }
  input:disabled + .knob { opacity: 0.5; }
  .switch:has(:disabled) { cursor: default; }

  .notice {
    padding: 9px 12px; border-radius: 9px; background: var(--warn-paper); color: var(--warn-ink); font-size: 13px;
  }
  .problem {
    display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 10px 16px;
    background: var(--bad-paper); color: var(--bad-ink);
  }
  .problem p { flex: 1 1 280px; min-width: 0; overflow-wrap: anywhere; }
  code { font: 12px ui-monospace, 'Cascadia Code', Menlo, Consolas, monospace; white-space: nowrap; }

  .body { display: grid; gap: 18px; min-width: 0; }
  .stage { display: grid; gap: 12px; min-width: 0; align-content: start; }
  .side { display: grid; gap: 7px; min-width: 0; }
  .caption { display: grid; grid-template-columns: 5.6em minmax(0, 1fr); align-items: center; gap: 10px; }
  .name { font-size: 13px; font-weight: 650; color: var(--enhanced); }
  .noisy .name { color: var(--noisy); }
  denoise-meter {
    grid-template-columns: minmax(0, 1fr) 4.6em; --meter-track: var(--meter-back); --meter-fill: var(--enhanced);
    font-size: 13px;
  }
  .noisy denoise-meter { --meter-fill: var(--noisy); }
  denoise-meter::part(label) {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
  }
  denoise-spectrogram { height: var(--picture); color: var(--soft); }
  .enhanced denoise-spectrogram { height: calc(var(--picture) + 17px); }
  denoise-spectrogram::part(plot) { border-radius: 6px; }

  .controls { display: grid; gap: 12px; align-content: start; min-width: 0; }
  denoise-slider {
    --slider-fill: var(--accent); --slider-rest: var(--rest); --slider-thumb: var(--accent);
    --slider-ring: var(--paper); --slider-size: 18px;
    font-size: 13px;
  }
  denoise-slider::part(label) { color: var(--soft); font-weight: 550; }
  denoise-slider::part(value) { font-weight: 650; }
  .mix { --slider-size: 24px; }
  .mix::part(label) { color: var(--ink); font-size: 15px; font-weight: 650; }
  .mix::part(value) { font-size: 20px; letter-spacing: -0.01em; }
  .mix span { color: var(--soft); font-size: 12px; }
  .shaping { display: none; }
  .check {
    display: flex; align-items: center; gap: 8px; min-height: 24px; color: var(--soft); font-size: 13px;
    font-weight: 550; cursor: pointer;
  }
  .check input { width: 16px; height: 16px; margin: 0; accent-color: var(--accent); cursor: inherit; }
  .check:has(:disabled) { cursor: default; }
  .check input:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
  .last { display: flex; flex-wrap: wrap; align-items: end; justify-content: space-between; gap: 10px; }
  .model strong { padding: 6px 0; color: var(--ink); font-size: 15px; font-weight: 600; overflow-wrap: anywhere; }
  .model {
    display: grid; gap: 4px; flex: 1 1 120px; min-width: 0; color: var(--soft); font-size: 13px; font-weight: 550;
  }
  select, button {
    min-height: 34px; padding: 5px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--well);
    color: var(--ink); font: inherit; font-weight: 550;
    cursor: pointer;
  }
  select[aria-busy='true'] { cursor: progress; opacity: 0.7; }
  select { width: 100%; min-width: 0; padding-inline: 8px; }
  button:hover:enabled, select:hover:enabled { border-color: var(--soft); }
  :is(button, select):disabled { cursor: default; opacity: 0.55; }
  .problem button { border-color: currentColor; background: none; color: inherit; }

  .figures {
    display: grid; grid-template-columns: 1fr 1fr; overflow: hidden; border: 1px solid var(--line); border-radius: 10px;
    background: var(--well);
  }
  .figures > div { padding: 8px 12px; min-width: 0; box-shadow: 1px 0 0 var(--line), 0 1px 0 var(--line); }
  dt { color: var(--soft); font-size: 12px; }
  dd { font-size: 15px; font-weight: 600; }
  dd bdi { letter-spacing: -0.01em; }
  .voice {
    display: inline-block; width: 8px; height: 8px; margin-inline-end: 7px; border-radius: 50%;
    border: 1.5px solid var(--soft);
  }
  .voice[data-on='true'] { border-color: var(--lamp); background: var(--lamp); }

  .diagnosis { display: none; font-size: 13px; }
  summary { width: fit-content; color: var(--soft); font-weight: 550; cursor: pointer; }
  summary:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
  .finding { display: flex; align-items: start; justify-content: space-between; gap: 10px 28px; padding-top: 10px; }
  .finding p { max-width: 90ch; }
  .finding button { flex: none; }

  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

  @container (min-width: 560px) {
    .panel { gap: 18px; padding: 20px; }
    .header { row-gap: 0; }
    .state { grid-column-end: 2; }
    .actions { grid-row-end: span 2; }
    .controls { grid-template-columns: 1fr 1fr; column-gap: 28px; }
    .mix, .last { grid-column: 1 / -1; }
    .shaping { display: block; }
    .figures { grid-template-columns: repeat(4, minmax(0, 1fr)); }
  }
  @container (min-width: 900px) {
    .panel { --picture: var(--denoise-picture-height, 184px); padding: 22px; }
    .body { grid-template-columns: minmax(0, 1fr) 280px; gap: 28px; }
    .controls { grid-template-columns: 1fr; gap: 16px; }
    .diagnosis { display: block; }
  }
  @media (prefers-reduced-motion: reduce) { .knob, .knob::after { transition: none; } }
  @media (forced-colors: active) { .knob, denoise-meter::part(bar) { border: 1px solid; } }
`;
