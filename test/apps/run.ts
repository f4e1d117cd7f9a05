/**
 * `npm run test:apps [-- --only vite8,webpack]`: every app of apps.ts, or those whose names begin so, from the package
 * as it is built now. Prints a table; the exit status is 1 where an app is not sound.
 */
import { parseArgs } from 'node:util';
import { APPS } from './apps.ts';
import { openBrowsers } from './browsers.ts';
import { packPackage } from './build-app.ts';
import { tryApp } from './matrix.ts';
import { tryTemplateTypes } from './template-types.ts';
import { tryTypes } from './types.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean' } } });
const wanted = values.only?.split(',');
const apps = APPS.filter(
  ({ name, isQuick }) =>
    (wanted === undefined || wanted.some((start) => name.startsWith(start))) && (!values.quick || isQuick),
);
const withTypes = !values.quick && (wanted === undefined || wanted.includes('types'));
if (apps.length === 0 && !withTypes) {
  const names = [...APPS.map(({ name }) => name), 'types'];
  console.error(`Expected --only to begin the name of an app: ${names.join(', ')}.`);
  process.exit(2);
}
const tarball = packPackage();
const browsers = await openBrowsers();
let failures = 0;
console.log('| app | browser | isolated | mode | SI-SDR | |\n| --- | --- | --- | --- | --- | --- |');
try {
  for (const app of apps) {
    for (const { browser, isolated, mode, gainDb, told, faults } of await tryApp(app, tarball, browsers)) {
      if (faults.length > 0) failures += 1;
      const gain = Number.isFinite(gainDb) ? `${gainDb > 0 ? '+' : ''}${gainDb.toFixed(1)} dB` : '-';
      const good = told === undefined ? 'sound' : 'told what to do';
      const verdict = faults.length === 0 ? good : [...new Set(faults)].join(' · ').replaceAll('\n', ' ');
      console.log(`| ${app.name} | ${browser} | ${isolated ? 'yes' : 'no'} | ${mode} | ${gain} | ${verdict} |`);
    }
  }
} finally {
  await browsers.close();
}
if (withTypes) {
  console.log('\n| TypeScript | resolution | |\n| --- | --- | --- |');
  for (const { compiler, resolution, complaints } of [...tryTypes(tarball), ...tryTemplateTypes(tarball)]) {
    if (complaints !== '') failures += 1;
    console.log(`| ${compiler} | ${resolution} | ${complaints === '' ? 'clean' : complaints.replaceAll('\n', ' ')} |`);
  }
}
console.log(`\n${failures === 0 ? 'All are sound.' : `${failures} are not sound.`}`);
process.exitCode = failures === 0 ? 0 : 1;
