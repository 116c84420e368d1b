import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { testDatabase, testKafkaBrokers, testTopicName } from './index.ts';

it('testDatabase creates a new database each time, and drops it although a connection is open', async () => {
  const dropped = await (async () => {
    await using first = await testDatabase();
    await using second = await testDatabase();
    expect(first.url).not.toBe(second.url);
    const client = new Client({ connectionString: first.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    expect(rows[0]?.server_version).toMatch(/^18/);
    return first.url;
  })();
  const late = new Client({ connectionString: dropped });
  await expect(late.connect()).rejects.toThrow(/does not exist/);
});

it('databases of the same content are filled once in a test run, also if they are created at once, and are independent', async () => {
  let fills = 0;
  const fill = async (url: string): Promise<void> => {
    fills++;
    await query(url, 'create table filled as select 7 as number');
  };
  const content = { name: randomUUID().replaceAll('-', ''), fill };
  const created = await Promise.all([1, 2, 3].map(() => testDatabase({ content })));
  await using cleanup = new AsyncDisposableStack();
  for (const database of created) cleanup.use(database);
  await query(created[0]?.url ?? '', 'update filled set number = 8');
  const numbers = await Promise.all(created.map(({ url }) => query(url, 'select number from filled')));
  expect(numbers.flat()).toEqual([{ number: 8 }, { number: 7 }, { number: 7 }]);
  expect(fills).toBe(process.env['CALLSTREAM_TEST_OWN_SERVERS'] === '1' ? 1 : 3);
});

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

it('integration tests get the address of a broker, and unique topic names', () => {
  expect(testKafkaBrokers()[0]).toMatch(/:\d+$/);
  expect(testTopicName()).not.toBe(testTopicName());
});
