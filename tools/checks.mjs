// What `npm test` checks beside the tests. Plain JavaScript for Node 20.
import { writeSync } from 'node:fs';
import { runPinned } from './setup.mjs';

/** The native compiler, in a third of the CPU time. ESLint needs the API of TypeScript 6, which 7 does not have. */
const compiler = 'node_modules/typescript-7/bin/tsc';

/** Name, script with its arguments, and what to do if it fails. Lists run beside one another, the checks of a list one after the other. */
const lists = [
  [['lint', ['tools/lint.mjs']]],
  [
    ['types', [compiler, '-p', '.']],
    ['types of apps/e2e', [compiler, '-p', 'apps/e2e']],
    ['types of apps/dashboard', [compiler, '-p', 'apps/dashboard']],
    [
      'knip',
      ['node_modules/knip/bin/knip.js'],
      'What is unused: delete it, or do not export it. What a cycle needs: move it to a file of its own.',
    ],
  ],
];

/**
 * Runs all checks, at the lowest priority: tests with servers leave processor time while they wait.
 * @param output file descriptor for their output
 * @param stop no further check starts once it is aborted
 * @returns {Promise<{ name: string, remedy: string, hasPassed: boolean, seconds: number }[]>} of those that ran
 */
export async function runChecks(output, stop) {
  const runAll = async (checks) => {
    const results = [];
    for (const [name, args, remedy = ''] of checks) {
      if (stop.aborted) break;
      const startedAt = Date.now();
      results.push({ name, remedy, hasPassed: await passes(args, output), seconds: secondsSince(startedAt) });
    }
    return results;
  };
  return (await Promise.all(lists.map(runAll))).flat();
}

/** A check that cannot be started has failed. */
async function passes(args, output) {
  try {
    return (await runPinned(args, { NX_DAEMON: 'false', NX_NO_CLOUD: 'true' }, output)) === 0;
  } catch (error) {
    writeSync(output, `${error.message}\n`);
    return false;
  }
}

export const secondsSince = (startedAt) => Math.round((Date.now() - startedAt) / 1_000);
