import { hasJavaProducer, produceWithJava, testKafkaBrokers, until } from '@callstream/stack';
import { randomBytes } from 'node:crypto';
import { poolOf } from '@callstream/tables/testing';
import { auditSystem, waitingEvent } from './audited-system.ts';
import type { System } from '../system/system.ts';
import type { AuditedSystem } from './audited-system.ts';

const canProduce = await hasJavaProducer();
if (!canProduce) console.warn("Not tested here: batches of Kafka's own producer, which needs a JDK.");
const withJava = canProduce ? it : it.skip;

/** Declares the tests of compressed batches, and of one that cannot be read. */
export function testUnreadableBatches(running: () => System): void {
  let audited: AuditedSystem;
  beforeAll(async () => {
    audited = await auditSystem(running());
  });
  afterAll(() => audited[Symbol.asyncDispose](), 60_000);

  withJava(
    "batches of Kafka's own producer, in every codec, are in the tables and on the board as they were written",
    async () => {
      const { system, post, expectAllOfLog } = audited;
      const codecs = ['snappy', 'lz4', 'none', 'zstd', 'gzip'] as const;
      const partition = audited.partitionOf('of Java');
      const records = codecs.flatMap((codec) =>
        Array.from({ length: 12 }, (_, i) => {
          // Half of the bodies compress well and span several blocks; the others do not compress.
          const more = { codec, i, x: i % 2 === 0 ? 'x'.repeat(20_000) : randomBytes(300).toString('base64') };
          return { codec, topic: system.topic, partition, key: 'of Java', value: waitingEvent('of Java', { more }) };
        }),
      );
      await post('of Java');
      await produceWithJava(testKafkaBrokers(), records);
      await post('of Java');
      await expectAllOfLog();
      const { rows } = await poolOf(system.db).query<{ body: object }>(
        `select body from events where call_id = 'of Java' and body ? 'more' order by id`,
      );
      expect(rows.map(({ body }) => body)).toEqual(records.map(({ value }) => JSON.parse(value.toString()) as object));
    },
  );

  it('projector and gateway name an unreadable batch, which blocks only its partition until an operator skips it', async () => {
    const { system, client, partitionOf, post, command, readyz, metric, expectAllOfLog } = audited;
    const partition = partitionOf('blocked');
    const bomb = [Buffer.alloc(65 * 1024 * 1024), waitingEvent('in the bomb')];
    const offset = await audited.appendBatch(partition, bomb);
    const other = ['a', 'b', 'c', 'd'].find((key) => partitionOf(key) !== partition) ?? '';
    await post('blocked', other);

    const remedy = `npm run projector -- dlq skip-batch ${partition}:${offset}`;
    // A rebuild stops at the batch, too.
    const rebuilding = expect(command('rebuild')).rejects.toThrow(remedy);
    for (const service of ['PROJECTOR', 'GATEWAY'] as const) {
      expect(await readyz(service, remedy)).toMatch(/zstd.*decompresses to more than 64 MB/);
      expect(await metric(service, `callstream_${service.toLowerCase()}_unreadable_batches`)).toBe(1);
    }
    await until(
      async () => (await poolOf(system.db).query('select from calls where call_id = $1', [other])).rowCount === 1,
      {
        onTimeout: () => new Error('Another partition is blocked in the tables.'),
      },
    );
    await until(() => client.client.board.get().has(other), {
      onTimeout: () => new Error('Another partition is blocked on the board.'),
    });
    expect(client.client.board.get().has('blocked')).toBe(false);
    await rebuilding;

    expect(await command(...remedy.split(' ').slice(4))).toContain('Put on the DLQ as one record');
    await expectAllOfLog();
    expect(client.regressions).toEqual([]);
    for (const service of ['PROJECTOR', 'GATEWAY'] as const) expect(await readyz(service, 'ok\n')).toBe('ok\n');
  });
}
