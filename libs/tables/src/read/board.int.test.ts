import type { Call, FactSet } from '@callstream/domain';
import { play } from '@callstream/domain';
import { callsOfEvents, eventsOf, logs } from '@callstream/domain/testing';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { batchOf, migrated } from '../../testing/index.ts';
import {
  connectTables,
  ensurePositions,
  positionMove,
  project,
  readBoard,
  readFacts,
  withConnection,
} from '../index.ts';

const logId = '11111111-1111-8111-8111-111111111111';
const partitions = 10;

it('a board that is read from the tables has the calls that were written, as current or as having left', async () => {
  await using database = await testDatabase({ content: migrated });
  const db = connectTables({ url: database.url, max: 1 });
  try {
    await ensurePositions(db, { topic: 't', partitions, version: 1, logId });
    const written = new Map<string, Call>();
    for (const [partition, log] of fc.sample(logs(60), partitions).entries()) {
      // Makes the call ids of each log unique.
      const own = log.map(({ body, ...rest }) => ({ ...rest, body: body.replace('"call_id":"', `$&${partition} `) }));
      const events = eventsOf(own, partition);
      for (const [callId, call] of callsOfEvents(events)) written.set(callId, call);
      const last = { uuid: logId, timestamp: 0 };
      const move = positionMove({ partition, expected: 0, next: events.length, version: 1, last });
      await withConnection(db, (connection) => project(connection, { moves: [move], batch: batchOf(events) }));
    }
    expect(written.size).toBeGreaterThan(partitions);
    const found = await readFacts(db, [...written.keys()]);
    expect(new Map(found.map(({ callId, facts }) => [callId, play(callId, facts)]))).toEqual(written);

    const board = new Map<string, FactSet>();
    const left = new Set<string>();
    let positions = 0;
    const heardAts = [...written.values()].map(({ heardAt }) => heardAt).toSorted((a, b) => a - b);
    const since = heardAts[heardAts.length >> 1] ?? 0;
    await readBoard(db, {
      times: { unfinishedSince: since - 1, heardSince: since, leftWithinMs: 0 },
      additionalCallIds: [],
      changedSince: new Map(Array.from({ length: partitions }, (_, i) => [i, 0])),
      onPositions: (all) => (positions = all.length),
      onCalls: (calls) => calls.forEach(({ callId, facts }) => board.set(callId, facts)),
      onLeft: (calls) => calls.forEach(({ callId }) => left.add(callId)),
    });
    expect(positions).toBe(partitions);
    for (const [callId, call] of written) {
      const isCurrent = call.heardAt >= since - (call.finishedAt === null ? 1 : 0);
      expect({ callId, board: board.has(callId), left: left.has(callId) }).toEqual({
        callId,
        board: isCurrent,
        left: !isCurrent,
      });
    }
  } finally {
    await db.end();
  }
});
