// `npm test`: lint, types, dead code and all tests but the long ones. `npm test -- ARGS…`: only jest, with these arguments.
// `npm run test:long`: the long tests.
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDashboard } from './build-dashboard.mjs';
import { prepare, root, runPinned } from './setup.mjs';

const given = process.argv.slice(2);
const isLong = given[0] === '--long';
const args = isLong ? given.slice(1) : given;
prepare();
buildDashboard();
process.chdir(root);

const folder = mkdtempSync(join(tmpdir(), 'callstream-jest-'));
const report = join(folder, 'report.json');
const checkLog = join(folder, 'checks.log');
try {
  const checking = !isLong && args.length === 0 ? check() : [];
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
  const failedChecks = await checking;
  const { passed, failed } = count(report);
  process.exitCode = tested || (failedChecks.length > 0 || failed > 0 || passed === 0 ? 1 : 0);
  if (failedChecks.length > 0) console.log(readFileSync(checkLog, 'utf8'));
  for (const name of failedChecks) console.log(`\n${name} failed: see above.`);
  console.log(`\n${passed} passed, ${failed} failed`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Lint, types and dead code, beside the tests and at the lowest priority: tests with servers leave processor time while they wait.
 * @returns the names of those that failed
 */
async function check() {
  const output = openSync(checkLog, 'a');
  const nx = { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false', NX_INTERACTIVE: 'false' };
  const lintAndTypes = ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'lint', 'typecheck', '--parallel=2'];
  const failed = [];
  if ((await runPinned(lintAndTypes, nx, output)) !== 0) failed.push('lint or typecheck');
  if ((await runPinned(['node_modules/knip/bin/knip.js'], {}, output)) !== 0)
    failed.push('knip (what is unused: delete it, or do not export it)');
  return failed;
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
