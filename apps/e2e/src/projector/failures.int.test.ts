import { jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withAdmin } from '@callstream/runtime';
import { startKafka, until } from '@callstream/stack';
import { readPositions } from '@callstream/tables';
import { startProjectorGroup } from './projector-group.ts';
import type { ProjectorProcess, ProjectorGroup } from './projector-group.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';

jest.setTimeout(180_000);

/** Waits for `ask`, as long as it takes on a busy machine. */
const eventually = (what: string, ask: () => boolean | Promise<boolean>, tail: () => string = () => '') =>
  until(ask, { timeoutMs: 90_000, everyMs: 20, onTimeout: () => new Error(`${what} does not happen.\n${tail()}`) });

async function nextOffset({ system }: ProjectorGroup, partition: number): Promise<number> {
  return (await readPositions(system.db)).find((position) => position.partition === partition)?.nextOffset ?? -1;
}

/** Each event once: no record of the log was counted twice, none was left out. */
async function expectEachOnce({ system }: ProjectorGroup, count: number): Promise<void> {
  await expectTablesToBeFoldOfLog(system);
  const { rows } = await system.db.query('select count(*) as events, sum(deliveries)::int as deliveries from events');
  expect(rows).toEqual([{ events: count, deliveries: count }]);
}

it('projectors share the partitions; they come, are killed, stop and come again under traffic: each event once', async () => {
  await using projectors = await startProjectorGroup();
  const { start, put } = projectors;
  let events = 0;
  const ended = new AbortController();
  const traffic = (async () => {
    while (!ended.signal.aborted) {
      await put(60);
      events += 60;
      await pause(20);
    }
  })();
  const first = await start();
  const second = await start();
  await eventually(
    'a rebalance',
    () => first.tail().includes('"consumer.joined"') && second.tail().includes('batch.projected'),
  );
  await first.kill();
  const third = await start();
  await second[Symbol.asyncDispose]();
  await eventually('that the third takes over', () => third.tail().includes('batch.projected'), third.tail);
  await start();
  ended.abort();
  await traffic;
  await expectEachOnce(projectors, events);
});

it('a zombie, frozen in the middle of a transaction, holds nobody up and writes nothing when it wakes', async () => {
  await using projectors = await startProjectorGroup();
  const { system, start, put } = projectors;
  const zombie = await start();
  await put(120);
  await system.projected();
  // Its transaction on partition 0 is caught between two statements.
  const holder = await system.db.connect();
  await holder.query(`begin; select from calls where call_id = 'call 0' for update`);
  await put(120);
  await eventually('waiting for the lock', async () => {
    const { rowCount } = await system.db.query(
      `select from pg_stat_activity where datname = current_database() and application_name = 'callstream-projector' and wait_event_type = 'Lock'`,
    );
    return rowCount === 1;
  });
  zombie.freeze();
  await holder.query('rollback');
  holder.release();
  const frozenAt = await nextOffset(projectors, 0);
  const heir = await start();
  await put(120);
  await eventually('that partition 0 goes on', async () => (await nextOffset(projectors, 0)) > frozenAt, heir.tail);
  await system.projected();
  zombie.thaw();
  await eventually('that it notices', () => /position-moved|projector\.retrying|consumer\.joined/.test(zombie.tail()));
  await put(120);
  await expectEachOnce(projectors, 480);
  expect([zombie.hasEnded(), heir.hasEnded()]).toEqual([false, false]);
});

it("killed between the database's commit and Kafka's: goes on from the database, whatever Kafka was told", async () => {
  await using projectors = await startProjectorGroup();
  const { system, group, start, put } = projectors;
  const committed = async (): Promise<number> => {
    const [of] = await withAdmin(system.kafka, (admin) =>
      admin.fetchOffsets({ groupId: group, topics: [system.topic] }),
    );
    return of?.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0) ?? 0;
  };
  const projected = async (): Promise<number> =>
    (await readPositions(system.db)).reduce((sum, position) => sum + position.nextOffset, 0);
  let events = 0;
  // Kafka is told once a second: most attempts meet the moment before.
  for (let between = false; !between;) {
    const projector = await start();
    const before = await projected();
    await put(120);
    events += 120;
    await eventually('a commit', async () => (await projected()) > before, projector.tail);
    await projector.kill();
    between = (await projected()) > (await committed());
  }
  await start();
  await put(120);
  await expectEachOnce(projectors, events + 120);
});

it('the broker is killed and comes back: it is waited for, and each event is there once', async () => {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-broker-'));
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
  const first = await startKafka({ dataDir });
  let broker = first;
  cleanup.defer(() => broker[Symbol.asyncDispose]());
  const projectors = cleanup.use(await startProjectorGroup([first.brokers]));
  const { system, start, put } = projectors;
  const projector: ProjectorProcess = await start();
  await put(120);
  await system.projected();
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  await eventually('that it is not ready', async () => /Kafka|Trying/.test(await projector.readyz()), projector.tail);
  broker = await startKafka({ dataDir });
  await put(120);
  await expectEachOnce(projectors, 240);
  await eventually('that it is ready', async () => /^ok/.test(await projector.readyz()), projector.tail);
  expect(projector.hasEnded()).toBe(false);
});
