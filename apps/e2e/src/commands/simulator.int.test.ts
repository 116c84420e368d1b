import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { within } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { poolOf } from '@callstream/tables/testing';
import { readMetric } from '../system/ingest.ts';
import { launch } from '../system/service-process.ts';
import type { System } from '../system/system.ts';
import { expectTablesToBeFoldOfLog, startTestSystem } from '../system/test-system.ts';

let system: System;
beforeAll(async () => {
  system = await startTestSystem({ services: ['ingest', 'projector'] });
});
afterAll(() => system[Symbol.asyncDispose]());

/** Runs a command of the simulator to its end, with an IPC channel as npm scripts have it. */
async function run(script: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const env = { INGEST_PORT: new URL(system.webhookUrl).port };
  await using command = launch({ name: script, args: [`apps/simulator/src/${script}`, ...args], env });
  const code = await within(60_000, command.exited);
  return { code, output: command.tail() };
}

const stored = async (): Promise<number> => {
  const { rows } = await poolOf(system.db).query<{ sum: number }>(
    'select coalesce(sum(deliveries), 0)::int as sum from events',
  );
  return rows[0]?.sum ?? 0;
};

it('npm run simulate posts events at the rate, ends after the duration, and all events are stored', async () => {
  // A busy machine keeps this rate. Calls need time to produce their events, so the first seconds are below it.
  const [rate, seconds] = [300, 5];
  const options = { url: system.webhookUrl, seed: 7, agents: 50, rate, duration: seconds };
  const { code, output } = await run(
    'simulate.ts',
    ...Object.entries(options).flatMap(([key, value]) => [`--${key}`, String(value)]),
  );
  expect(code).toBe(0);
  const [sent, accepted, refused] = (/sent (\d+), accepted (\d+), refused (\d+)(?!.*sent)/s.exec(output) ?? [])
    .slice(1)
    .map(Number);
  expect({ accepted, refused }).toEqual({ accepted: sent, refused: 0 });
  expect(sent).toBeGreaterThan((rate * seconds) / 4);
  const metric = (name: string) =>
    readMetric(Number(system.env['INGEST_ADMIN_PORT']), `callstream_ingest_spool_${name}`);
  await until(async () => (await metric('records')) === 0, { onTimeout: () => new Error('The spool is not empty.') });
  await expectTablesToBeFoldOfLog(system);
  // On a busy machine Kafka answers too late for some: the spool sends these again.
  const more = (await stored()) - (sent ?? NaN);
  expect(more).toBeGreaterThanOrEqual(0);
  expect(more).toBeLessThanOrEqual(await metric('drained_total'));
});

it('npm run send posts a file unchanged to the configured ingest, names refused lines, and exits with 1 if there are any', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-send-'));
  try {
    const file = join(folder, 'events.ndjson');
    await writeFile(file, '{"type":"call.new","call_id":"s1"}\n\nnot json\n{"type":"call.finished","call_id":"s1"}\n');
    const { code, output } = await run('send.ts', file);
    expect(code).toBe(1);
    expect(output).toContain('line 3: 400 ');
    expect(output).toContain('accepted 2, refused 1');
    expect((await run('send.ts', join(folder, 'no-such-file'), '--url', system.webhookUrl)).code).toBe(1);
  } finally {
    await rm(folder, { recursive: true });
  }
  await system.untilProjected();
  const { rows } = await poolOf(system.db).query<{ type: string }>(`select type from events where call_id = 's1'`);
  expect(rows.map(({ type }) => type).toSorted()).toEqual(['call.finished', 'call.new']);
});
