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

it('integration tests get the address of a broker, and unique topic names', () => {
  expect(testKafkaBrokers()[0]).toMatch(/:\d+$/);
  expect(testTopicName()).not.toBe(testTopicName());
});
