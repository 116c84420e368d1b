import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countVisits } from '@callstream/domain';
import { callsOfEvents } from '@callstream/domain/testing';
import { until } from '@callstream/stack';
import { readLog } from '../log/read-log.ts';
import { generatedCalls, linesOfCalls, queueLogLines } from '../load/queue-log-lines.ts';
import { readMetric } from '../system/ingest.ts';
import { launch, runOnce } from '../system/service-process.ts';
import { expectTablesToBeFoldOfLog, startTestSystem } from '../system/test-system.ts';

/** When an import is killed, in lines that ingest has accepted in all: before it has saved a position, too. */
const killsAt = [1, 20_000, 40_000, 60_000];

it('an import of 100,000 lines that is killed again and again counts each line once, and ingest may be away', async () => {
  const calls = 26_400;
  const folder = await mkdtemp(join(tmpdir(), 'callstream-queue-log-'));
  await using system = await startTestSystem({ services: ['ingest', 'projector'] });
  const path = join(folder, 'queue_log');
  await writeFile(path, [...queueLogLines(calls, 1_600_000_000)].join(''));
  const env = { ASTERISK_INGEST_URL: new URL(system.webhookUrl).origin, DATA_DIR: folder };
  const process = { name: 'import', args: ['apps/asterisk/src/main.ts', 'import', path], env };
  const adminPort = Number(system.env['INGEST_ADMIN_PORT']);
  for (const lines of killsAt) {
    const killed = launch(process);
    const isDue = async (): Promise<boolean> =>
      (await readMetric(adminPort, 'callstream_ingest_accepted_total')) >= lines;
    await until(isDue, { timeoutMs: 120_000, everyMs: 5, onTimeout: () => new Error(killed.tail()) });
    expect(killed.hasEnded()).toBe(false);
    await killed.kill();
  }
  await system.kill('ingest');
  const waiting = launch(process);
  await until(() => waiting.hasPrinted('It is tried again'), {
    onTimeout: () => new Error(waiting.tail()),
  });
  await system.start('ingest');
  expect(await waiting.exited).toBe(0);
  expect(await runOnce(process)).toContain('0 lines of 1 files are stored.');

  await expectTablesToBeFoldOfLog(system);
  const events = await readLog(system.kafka, system.topic);
  expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(linesOfCalls(calls));
  const visits = [...callsOfEvents(events).values()].flatMap((call) => call.visits);
  const { calls: count, answered, abandoned } = generatedCalls(calls);
  expect(countVisits(visits, { serviceLevelMs: 0, shortAbandonMs: 0 })).toMatchObject({
    visits: count,
    answered,
    abandoned,
  });
  await rm(folder, { recursive: true });
}, 300_000);
