import { testDatabase } from '@callstream/stack';
import type { PoolClient } from 'pg';
import { connectTables, withConnection } from '../index.ts';
import type { Tables } from '../index.ts';
import { sendPipelined } from './pipeline.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
let db: Tables;
let client: PoolClient;
beforeAll(async () => {
  database = await testDatabase();
  db = connectTables({ url: database.url });
  client = await db.connect();
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
const all = { text: 'select n, text from numbers order by n' };
const rows = async () => (await sendPipelined(client, [all]))[0]?.rows;

describe('statements that are sent together', () => {
  it('are answered each, in their order', async () => {
    const answers = await sendPipelined(client, [
      { text: 'begin' },
      insert(1),
      copy('2\tä\n3\t\\N\n'),
      { text: 'update numbers set n = n + $1', values: ['10'] },
      { text: 'commit' },
      all,
    ]);
    expect(answers.map(({ count }) => count)).toEqual([0, 1, 2, 3, 0, 3]);
    expect(answers.at(-1)?.rows).toEqual([
      ['11', null],
      ['12', 'ä'],
      ['13', null],
    ]);
  });

  it('are prepared once, and anew where one before them had failed', async () => {
    const fails = { text: 'select 1 / $1::int', values: ['0'] };
    const named = { name: 'named', text: 'select 7' };
    await expect(sendPipelined(client, [named, fails])).rejects.toMatchObject({ code: '22012' });
    await expect(sendPipelined(client, [fails, named])).rejects.toMatchObject({ code: '22012' });
    for (let i = 0; i < 2; i++) expect((await sendPipelined(client, [named]))[0]?.rows).toEqual([['7']]);
    const { rows: prepared } = await client.query(`select from pg_prepared_statements where name = 'named'`);
    expect(prepared).toHaveLength(1);
  });

  it('are not done after one that fails; the connection can be used on', async () => {
    const attempt = sendPipelined(client, [{ text: 'begin' }, insert(1), copy('1\t\n'), insert(2), { text: 'commit' }]);
    await expect(attempt).rejects.toMatchObject({ code: '23505', constraint: 'numbers_pkey' });
    await client.query('rollback');
    expect(await rows()).toEqual([]);
    // What COPY was to read is on its way when it fails, whether it has begun or not.
    await expect(sendPipelined(client, [insert('one'), copy('5\t\n'.repeat(100_000))])).rejects.toMatchObject({
      code: '22P02',
    });
    await expect(sendPipelined(client, [copy(`x\t\n${'5\t\n'.repeat(100_000)}`)])).rejects.toMatchObject({
      code: '22P02',
    });
    expect(await rows()).toEqual([]);
  });

  it('fail when the connection ends', async () => {
    const attempt = withConnection(db, (other) =>
      sendPipelined(other, [{ text: 'select pg_terminate_backend(pg_backend_pid())' }, insert(1)]),
    );
    await expect(attempt).rejects.toThrow(/terminating connection|broke/);
    expect(await rows()).toEqual([]);
  });
});
