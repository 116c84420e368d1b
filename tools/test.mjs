// `npm test`: lint, types, dead code and all tests but the long ones. `npm test -- ARGS…`: only jest, with these arguments.
// `npm run test:long`: the long tests.
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDashboard } from './build-dashboard.mjs';
import { runChecks, secondsSince } from './checks.mjs';
import { prepare, root, runPinned } from './setup.mjs';

const given = process.argv.slice(2);
const isLong = given[0] === '--long';
const args = isLong ? given.slice(1) : given;
prepare();
buildDashboard();
process.chdir(root);

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => interrupted.abort());

const folder = mkdtempSync(join(tmpdir(), 'callstream-jest-'));
const report = join(folder, 'report.json');
const checkLog = join(folder, 'checks.log');
try {
  const checking = !isLong && args.length === 0 ? runChecks(openSync(checkLog, 'a'), interrupted.signal) : [];
  const startedAt = Date.now();
  const tested = await runPinned(
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
      ...['-c', isLong ? 'jest.long.config.mjs' : 'jest.config.mjs', '--json', `--outputFile=${report}`, ...args],
    ],
    {
      NODE_OPTIONS:
        `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`.trim(),
    },
  );
  const testSeconds = secondsSince(startedAt);
  const checks = await checking;
  const failedChecks = checks.filter(({ hasPassed }) => !hasPassed);
  const { passed, failed } = count(report);
  const isInterrupted = interrupted.signal.aborted;
  process.exitCode = tested || (isInterrupted || failedChecks.length > 0 || failed > 0 || passed === 0 ? 1 : 0);
  if (failedChecks.length > 0 && !isInterrupted) {
    console.log(readFileSync(checkLog, 'utf8'));
    for (const { name, remedy } of failedChecks) console.log(`\n${name} failed: see above. ${remedy}`);
  }
  const times = [{ name: 'jest', seconds: testSeconds }, ...checks].map(({ name, seconds }) => `${name} ${seconds} s`);
  console.log(`\nTook: ${times.join(', ')}`);
  console.log(`\n${passed} passed, ${failed} failed`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A test file that could not be loaded counts as one failed test. */
function count(file) {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
