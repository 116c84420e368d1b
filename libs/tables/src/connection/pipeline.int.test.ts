import { testDatabase } from '@callstream/stack';
import type { PoolClient } from 'pg';
import { connectTables, withConnection } from '../index.ts';
import type { Tables } from '../index.ts';
import { sendPipelined } from './pipeline.ts';
import { clientOf, poolOf } from './tables.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
let db: Tables;
let client: PoolClient;
beforeAll(async () => {
  database = await testDatabase();
  db = connectTables({ url: database.url });
  client = await poolOf(db).connect();
  await client.query('create temp table numbers (n int primary key, text text)');
});
afterAll(async () => {
  client.release();
  await db.end();
  await database[Symbol.asyncDispose]();
});
beforeEach(() => client.query('truncate numbers'));

const insert = (n: number | string) => ({
  name: 'insert',
  text: 'insert into numbers values ($1)',
  values: [String(n)],
});
const copy = (text: string) => ({ copy: 'copy numbers from stdin', bytes: Buffer.from(text) });
const selectAll = { text: 'select n, text from numbers order by n' };
const rows = async () => (await sendPipelined(client, [selectAll]))[0]?.rows;

describe('pipelined statements', () => {
  it('return one result each, in order', async () => {
    const results = await sendPipelined(client, [
      { text: 'begin' },
      insert(1),
      copy('2\tä\n3\t\\N\n'),
      { text: 'update numbers set n = n + $1', values: ['10'] },
      { text: 'commit' },
      selectAll,
    ]);
    expect(results.map(({ count }) => count)).toEqual([0, 1, 2, 3, 0, 3]);
    expect(results.at(-1)?.rows).toEqual([
      ['11', null],
      ['12', 'ä'],
      ['13', null],
    ]);
  });

  it('are prepared once, and again after a pipeline that failed before them', async () => {
    const fails = { text: 'select 1 / $1::int', values: ['0'] };
    const named = { name: 'named', text: 'select 7' };
    await expect(sendPipelined(client, [named, fails])).rejects.toMatchObject({ code: '22012' });
    await expect(sendPipelined(client, [fails, named])).rejects.toMatchObject({ code: '22012' });
    for (let i = 0; i < 2; i++) expect((await sendPipelined(client, [named]))[0]?.rows).toEqual([['7']]);
    const { rows: prepared } = await client.query(`select from pg_prepared_statements where name = 'named'`);
    expect(prepared).toHaveLength(1);
  });

  it('are skipped after one that fails, and the connection stays usable', async () => {
    const attempt = sendPipelined(client, [{ text: 'begin' }, insert(1), copy('1\t\n'), insert(2), { text: 'commit' }]);
    await expect(attempt).rejects.toMatchObject({ code: '23505', constraint: 'numbers_pkey' });
    await client.query('rollback');
    expect(await rows()).toEqual([]);
    // The input of COPY has been sent already when the pipeline fails, before or during the COPY.
    await expect(sendPipelined(client, [insert('one'), copy('5\t\n'.repeat(100_000))])).rejects.toMatchObject({
      code: '22P02',
    });
    await expect(sendPipelined(client, [copy(`x\t\n${'5\t\n'.repeat(100_000)}`)])).rejects.toMatchObject({
      code: '22P02',
    });
    expect(await rows()).toEqual([]);
  });

  it('reject when the connection ends', async () => {
    const attempt = withConnection(db, (connection) =>
      sendPipelined(clientOf(connection), [{ text: 'select pg_terminate_backend(pg_backend_pid())' }, insert(1)]),
    );
    await expect(attempt).rejects.toThrow(/terminating connection|broke/);
    expect(await rows()).toEqual([]);
  });
});
