import { decode, fold, foldAgents } from '@callstream/domain';
import { eventUuid } from '@callstream/runtime';
import { testDatabase } from '@callstream/stack';
import { connectTables, ensurePositions, migrate, notifyProjected, project } from '@callstream/tables';

const logId = '11111111-1111-8111-8111-111111111111';

/** Fresh tables that are filled as the projector fills them. */
export async function startTables() {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase());
  await migrate(url);
  const db = connectTables({ url });
  stack.defer(() => db.end());
  await ensurePositions(db, { topic: 'call-events', partitions: 1, version: 1, logId });
  let next = 0;

  /** Projects event bodies as one batch; tells it unless `notify` is false. */
  const add = async (bodies: readonly object[], notify = true): Promise<void> => {
    const expected = next;
    const receivedAt = new Date(1_770_000_000_000 + expected * 1_000).toISOString();
    const events = bodies.map((body, i) => {
      const value = Buffer.from(JSON.stringify(body));
      const decoded = decode({
        value,
        partition: 0,
        offset: expected + i,
        receivedAt,
        uuidOf: (at) => eventUuid(value, at),
      });
      if ('problem' in decoded) throw new Error(decoded.problem);
      return decoded.event;
    });
    next = expected + events.length;
    const client = await db.connect();
    try {
      await project(client, {
        partition: 0,
        expected,
        next,
        version: 1,
        last: { uuid: logId, timestamp: 0 },
        events: events.map((event) => ({ event, deliveries: 1 })),
        calls: [...fold(events).values()],
        agents: [...foldAgents(events).values()],
      });
      if (notify) await notifyProjected(client);
    } finally {
      client.release();
    }
  };
  const kept = stack.move();
  return { url, db, add, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
