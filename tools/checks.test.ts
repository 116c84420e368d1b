import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const checks = JSON.stringify(new URL('./checks.mjs', import.meta.url));

/** Runs `body` in a process that may open few files, with `runChecks` and `openAll`, which opens as many as it may. */
async function run(body: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const script = `
    import { openSync } from 'node:fs';
    import { runChecks } from ${checks};
    const openAll = () => { try { for (;;) openSync('/dev/null'); } catch {} };
    const stderr = 2;
    ${body}`;
  const limited = ['-c', 'ulimit -n 64 && exec "$0" "$@"', process.execPath, '--input-type=module', '-e', script];
  return promisify(execFile)('sh', limited, { env: { ...process.env, NODE_OPTIONS: '' } });
}

it('no check starts after an interrupt', async () => {
  const { stdout } = await run('console.log(await runChecks(stderr, AbortSignal.abort()));');
  expect(stdout).toBe('[]\n');
});

it('a check that cannot be started has failed, and its output says why', async () => {
  // Opens standard output, which could not be opened later.
  const { stdout, stderr } = await run(`
    console.log();
    openAll();
    const results = await runChecks(stderr, new AbortController().signal);
    console.log(results.map(({ hasPassed }) => hasPassed).join());`);
  expect(stdout.trim()).toMatch(/^false(?:,false)+$/);
  expect(stderr).toContain('tools/lint.mjs cannot be started: ');
});
