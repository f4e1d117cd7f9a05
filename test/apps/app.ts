/** What an app of the matrix is, and what all of them share. */
import { readFileSync } from 'node:fs';
import type { Browser } from 'puppeteer-core';
import type { Served } from './serve-app.ts';
import type { Visit } from './visit.ts';

export interface App {
  readonly name: string;
  /** Where it is made; apps of the same tools share a folder. Default: its name. */
  readonly folder?: string;
  /** Runs in seconds and needs nothing from npm. */
  readonly isQuick?: boolean;
  /** What its tools are in npm, and of which versions. */
  readonly packages?: Readonly<Record<string, string>>;
  /** What else its package.json says. */
  readonly manifest?: object;
  /** Tools that the repository itself has. */
  readonly linked?: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** Commands of its tools, and what else has to be done with the folder and the package's tarball. */
  readonly build?: readonly (readonly string[] | ((folder: string, tarball: string) => void | Promise<void>))[];
  readonly serve: (folder: string, isIsolated: boolean) => Promise<Served>;
  /** Where it is visited besides Chromium. */
  readonly isInFirefox?: boolean;
  /** Of an app that cannot denoise: what its node tells instead. */
  readonly told?: RegExp;
  /** How it is visited; without it, by what app.js puts into the page. */
  readonly visit?: (browser: Browser, url: string) => Promise<Visit>;
}

export const NO_SETTINGS = 'export default {};\n';

const GUIDE = readFileSync(new URL('../../docs/bundlers.md', import.meta.url), 'utf8');

const script = (name: string): string => readFileSync(new URL(`pages/${name}`, import.meta.url), 'utf8');

/** The page of every app, and of one in React. */
export const APP = script('record.js') + script('app.js');
export const REACT_APP = script('record.js') + script('react-app.jsx');
/** That of a plugin host, which begins with the module. */
export const WAM_APP = script('record.js') + script('wam-app.js');
/** What stands before an app that is not ours. */
export const STARTER_PAGE = script('record.js') + script('starter.js');

/** A code block of the guide whose first line names the file. */
export function fromGuide(file: string): string {
  const found = GUIDE.match(
    new RegExp(`^\`\`\`\\w+\n(?://|<!--|#) ${file.replaceAll('.', '\\.')}.*\n([^]*?)^\`\`\``, 'm'),
  );
  if (found === null)
    throw new Error(`docs/bundlers.md: expected a code block that begins with "${file}", found none.`);
  return found[1];
}

export const page = (head: string): string =>
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>App</title>' +
  `${head}</head><body></body></html>`;
export const MODULE_PAGE = page('<script type="module" src="./app.js"></script>');
