import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { sendPipelined } from '../connection/pipeline.ts';
import { inTransaction } from '../connection/transaction.ts';
import { connectTables } from '../index.ts';
import { BinaryRows } from './binary-rows.ts';

const int8 = fc.maxSafeInteger();
/** From 1969 to 2100. */
const time = fc.integer({ min: -86_400_000, max: Date.UTC(2100, 0, 1) });
const text = fc
  .oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.constantFrom('', '\\N', '\t\n\r', 'é'.repeat(60)))
  .filter((value) => !value.includes('\0'));
const row = fc.record({
  uuid: fc.uuid(),
  truth: fc.boolean(),
  small: fc.integer({ min: 0, max: 32_767 }),
  number: fc.integer({ min: 1, max: 1_000_000 }),
  large: fc.option(int8),
  at: fc.option(time),
  name: fc.option(text),
  names: fc.option(fc.array(text, { minLength: 1, maxLength: 3 })),
  body: fc.option(fc.dictionary(fc.constantFrom('a', 'b'), text)),
});

it('Postgres reads the values that were written, of every type', async () => {
  await using database = await testDatabase();
  const db = connectTables({ url: database.url, max: 1 });
  const rows = fc.sample(row, { numRuns: 500, seed: 1 });
  const binary = new BinaryRows();
  expect(binary.isEmpty).toBe(true);
  const pieces: Buffer[] = [];
  for (const { uuid, truth, small, number, large, at, name, names, body } of rows) {
    binary.row(9);
    binary.uuid(uuid);
    binary.bool(truth);
    binary.int2(small);
    binary.addInt4(binary.int4(number - 1), 1);
    binary.int8(large);
    binary.timestamp(at);
    binary.text(name);
    binary.texts(names);
    binary.jsonb(body && JSON.stringify(body));
    if (small % 100 === 0) pieces.push(binary.take());
  }
  expect(binary.isEmpty).toBe(false);
  pieces.push(binary.end());
  expect(binary.isEmpty).toBe(true);
  const found = await inTransaction(db, async (client) => {
    await client.query(
      `create temporary table found (uuid uuid, truth bool, small int2, number int4, large int8, at timestamptz, name text,
         names text[], body jsonb) on commit drop`,
    );
    await sendPipelined(client, [{ copy: 'copy found from stdin (format binary)', bytes: Buffer.concat(pieces) }]);
    return (await client.query('select * from found')).rows as unknown[];
  });
  await db.end();
  expect(found).toEqual(
    rows.map(({ at, ...rest }) => ({ ...rest, at: at === null ? null : new Date(at).toISOString() })),
  );
});
