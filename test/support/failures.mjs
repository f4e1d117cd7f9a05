/** The names of what failed, out of what a test command printed: for the last lines of `npm test`. */

/** What the count reporter says of a test in a browser, and pytest of one in Python. */
const TOLD = /^(?:failed:|FAILED) (.*)$/gm;
/** What WebKit's driver says of a page that is no more. */
export const CRASH = /session deleted because of page crash or hang/;
const SUBTEST = /^( *)# Subtest: (.*)$/;
const NOT_OK = /^( *)not ok \d+ - (.*)$/;
/** Node's word for a suite of which a test failed: the test itself is named already. */
const OF_ITS_TESTS = /failureType: 'subtestsFailed'/;

/** Of TAP as Node prints it: one for each test that failed, after the suites around it. */
export function failuresInTap(output) {
  const lines = output.split('\n');
  const around = [];
  const failures = [];
  lines.forEach((line, at) => {
    const [, begin, suite] = SUBTEST.exec(line) ?? [];
    if (suite !== undefined) around.splice(begin.length / 4, Infinity, suite);
    const [, indent, name] = NOT_OK.exec(line) ?? [];
    if (name === undefined) return;
    const ofItself = detailsBelow(lines, at, indent);
    if (!OF_ITS_TESTS.test(ofItself)) failures.push([...around.slice(0, indent.length / 4), name].join(' > '));
  });
  return failures;
}

/** The files of tests in a browser that crashed, out of what {@link failuresTold} gives. */
export function crashedFiles(failures) {
  return [...new Set(failures.filter((failure) => CRASH.test(failure)).map((failure) => failure.split(': ', 1)[0]))];
}

export function failuresTold(output) {
  return [...output.matchAll(TOLD)].map(([, failure]) => failure);
}

/** The block that TAP gives of one result: from `---` to `...`. */
function detailsBelow(lines, at, indent) {
  const end = lines.indexOf(`${indent}  ...`, at);
  return lines.slice(at, end < 0 ? at + 1 : end).join('\n');
}
