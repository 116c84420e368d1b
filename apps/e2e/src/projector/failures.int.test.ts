import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { committedOffsets } from '@callstream/runtime/testing';
import { startKafka, until } from '@callstream/stack';
import { readPositions } from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';
import { startProjectorGroup } from './projector-group.ts';
import type { ProjectorProcess, ProjectorGroup } from './projector-group.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';

// The tests share the machine.
/** Waits until `isSo`, with a timeout for a busy machine. `what` completes the message 'Timed out waiting for …'. */
const eventually = (what: string, isSo: () => boolean | Promise<boolean>, tail: () => string = () => '') =>
  until(isSo, {
    timeoutMs: 90_000,
    everyMs: 20,
    onTimeout: () => new Error(`Timed out waiting for ${what}.\n${tail()}`),
  });

async function nextOffset({ system }: ProjectorGroup, partition: number): Promise<number> {
  return (await readPositions(system.db)).find((position) => position.partition === partition)?.nextOffset ?? -1;
}

/** The tables have each record of the log exactly once. */
async function expectEachOnce({ system }: ProjectorGroup, count: number): Promise<void> {
  await expectTablesToBeFoldOfLog(system);
  const { rows } = await poolOf(system.db).query(
    'select count(*) as events, sum(deliveries)::int as deliveries from events',
  );
  expect(rows).toEqual([{ events: count, deliveries: count }]);
}

// Concurrent, each with its own system: they mostly wait, such as 10 s until Kafka removes a killed projector from its group.
it.concurrent(
  'each event is stored once while projectors join the group, are killed, stop and return under load',
  async () => {
    await using projectors = await startProjectorGroup();
    const { start, produce } = projectors;
    let events = 0;
    const ended = new AbortController();
    const traffic = (async () => {
      while (!ended.signal.aborted) {
        await produce(60);
        events += 60;
        await pause(100);
      }
    })();
    const first = await start();
    const second = await start();
    await eventually(
      'a rebalance between two projectors',
      () => first.hasPrinted('"consumer.joined"') && second.hasPrinted('batch.projected'),
    );
    await first.kill();
    const third = await start();
    await second[Symbol.asyncDispose]();
    await eventually('the third projector to take over', () => third.hasPrinted('batch.projected'), third.tail);
    await start();
    ended.abort();
    await traffic;
    await expectEachOnce(projectors, events);
  },
);

it.concurrent(
  'a projector that hangs in a transaction does not block its successor, and writes nothing when it resumes',
  async () => {
    await using projectors = await startProjectorGroup();
    const { system, start, produce } = projectors;
    const zombie = await start();
    await produce(120);
    await system.untilProjected();
    // A row lock stops its transaction on partition 0 between two statements.
    const locker = await poolOf(system.db).connect();
    await locker.query(`begin; select from calls where call_id = 'call 0' for update`);
    await produce(120);
    await eventually('the projector to wait for the lock', async () => {
      const { rowCount } = await poolOf(system.db).query(
        `select from pg_stat_activity where datname = current_database() and application_name = 'callstream-projector' and wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    });
    zombie.freeze();
    await locker.query('rollback');
    locker.release();
    const frozenAt = await nextOffset(projectors, 0);
    const successor = await start();
    await produce(120);
    await eventually(
      'partition 0 to advance',
      async () => (await nextOffset(projectors, 0)) > frozenAt,
      successor.tail,
    );
    await system.untilProjected();
    zombie.thaw();
    await eventually('the zombie to notice that it lost its partitions', () =>
      /position-moved|projector\.retrying|consumer\.joined/.test(zombie.tail()),
    );
    await produce(120);
    await expectEachOnce(projectors, 480);
    expect([zombie.hasEnded(), successor.hasEnded()]).toEqual([false, false]);
  },
);

it.concurrent(
  'a projector killed between the commits of Postgres and Kafka continues from the position in Postgres',
  async () => {
    await using projectors = await startProjectorGroup();
    const { system, group, start, produce } = projectors;
    const committed = async (): Promise<number> => {
      const offsets = await committedOffsets(system.kafka, { groupId: group, topic: system.topic });
      return [...offsets.values()].reduce((sum, offset) => sum + Math.max(0, offset), 0);
    };
    const projected = async (): Promise<number> =>
      (await readPositions(system.db)).reduce((sum, position) => sum + position.nextOffset, 0);
    let events = 0;
    // Offsets are committed to Kafka once a second, so that most attempts hit the time in between.
    for (let isBetweenCommits = false; !isBetweenCommits;) {
      const projector = await start();
      const before = await projected();
      await produce(120);
      events += 120;
      await eventually('a commit in Postgres', async () => (await projected()) > before, projector.tail);
      await projector.kill();
      isBetweenCommits = (await projected()) > (await committed());
    }
    await start();
    await produce(120);
    await expectEachOnce(projectors, events + 120);
  },
);

it.concurrent('a projector waits for a killed broker, and stores each event once after its return', async () => {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-broker-'));
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
  const first = await startKafka({ dataDir });
  let broker = first;
  cleanup.defer(() => broker[Symbol.asyncDispose]());
  const projectors = cleanup.use(await startProjectorGroup([first.brokers]));
  const { system, start, produce } = projectors;
  const projector: ProjectorProcess = await start();
  await produce(120);
  await system.untilProjected();
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  await eventually(
    'the projector to be not ready',
    async () => /Kafka|Trying/.test(await projector.readyz()),
    projector.tail,
  );
  broker = await startKafka({ dataDir });
  await produce(120);
  await expectEachOnce(projectors, 240);
  await eventually('the projector to be ready', async () => /^ok/.test(await projector.readyz()), projector.tail);
  expect(projector.hasEnded()).toBe(false);
});
