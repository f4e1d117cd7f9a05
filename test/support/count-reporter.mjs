/** What tests print to be gathered: `second try: …` and `skipped: …`, as test/support/second-try.ts and its kin do. */
const TOLD = /^(second try|skipped): /;

/**
 * Ends a browser run with `N passed, N failed, N skipped`. Before it, says why a page could not be tested at all, what
 * was skipped and why, and what needed a second try.
 */
export function countReporter() {
  return {
    onTestRunFinished({ sessions }) {
      const counts = { passed: 0, failed: 0, skipped: 0 };
      for (const session of sessions) {
        count(session.testResults, counts);
        for (const error of session.errors ?? []) {
          counts.failed += 1;
          console.log(`${session.testFile}: ${error.message}`);
        }
        if (!session.testResults && !session.errors?.length) counts.failed += 1;
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

function count(suite, counts) {
  for (const test of suite?.tests ?? []) counts[test.skipped ? 'skipped' : test.passed ? 'passed' : 'failed'] += 1;
  for (const inner of suite?.suites ?? []) count(inner, counts);
}
