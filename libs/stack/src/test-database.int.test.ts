import { Client } from 'pg';
import { testDatabase, testKafkaBrokers, testTopicName } from './index.ts';

it('gives every test a database of its own, and drops it with its connections', async () => {
  const left = await (async () => {
    await using one = await testDatabase();
    await using other = await testDatabase();
    expect(one.url).not.toBe(other.url);
    const client = new Client({ connectionString: one.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    expect(rows[0]?.server_version).toMatch(/^18/);
    return one.url;
  })();
  const late = new Client({ connectionString: left });
  await expect(late.connect()).rejects.toThrow(/does not exist/);
});

it('gives brokers, and topic names that are never the same', () => {
  expect(testKafkaBrokers()[0]).toMatch(/:\d+$/);
  expect(testTopicName()).not.toBe(testTopicName());
});
