import { relative } from 'node:path';
import { CRASH } from './failures.mjs';

/** What tests print to be gathered: `second try: …` and `skipped: …`, as test/support/second-try.ts and its kin do. */
const TOLD = /^(second try|skipped): /;

/**
 * Ends a browser run with `N passed, N failed, N skipped`. Before it, says `failed: …` of each test and of each page
 * that could not be tested at all, what was skipped and why, and what needed a second try.
 */
export function countReporter() {
  return {
    onTestRunFinished({ sessions }) {
      const counts = { passed: 0, failed: 0, skipped: 0 };
      for (const { testResults, errors = [], testFile } of sessions) {
        const page = testFile && relative('.', testFile);
        const obstacles = errors.map(({ message }) => message);
        // What crashed is tried again, with all its tests.
        if (!obstacles.some((obstacle) => CRASH.test(obstacle)))
          count(testResults, counts, (names) => console.log(`failed: ${page}: ${names.join(' > ')}`));
        if (!testResults && obstacles.length === 0) obstacles.push('nothing was heard of its tests');
        for (const obstacle of obstacles) console.log(`failed: ${page}: ${obstacle}`);
        counts.failed += obstacles.length;
      }
      // Of a test that was tried three times, the third tells enough.
      const told = new Map();
      for (const { logs } of sessions)
        for (const [line] of logs) if (TOLD.test(line)) told.set(line.replace(/ \d+\/\d+$/, ''), line);
      for (const line of told.values()) console.log(line);
      console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    },
  };
}

/** Adds up a suite; `tellFailure` gets the names that lead to each test that failed. */
function count(suite, counts, tellFailure, names = []) {
  for (const { name, skipped, passed } of suite?.tests ?? []) {
    counts[skipped ? 'skipped' : passed ? 'passed' : 'failed'] += 1;
    if (!skipped && !passed) tellFailure([...names, name]);
  }
  for (const inner of suite?.suites ?? []) count(inner, counts, tellFailure, [...names, inner.name]);
}
