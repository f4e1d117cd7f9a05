/** The languages that a panel brings along: one file each, and one line each here. registry.ts registers them all. */
export { english } from './english.ts';
export { french } from './french.ts';
export { german } from './german.ts';
