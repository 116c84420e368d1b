import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectKafka, describeTopic } from '@callstream/runtime';
import { startProxy, testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { connectTables, readPositions } from '@callstream/tables';
import { silent } from '../testing/fixture.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

it('waits for Kafka, says so, and makes tables, topics and positions', async () => {
  await using database = await testDatabase();
  const brokers = testKafkaBrokers();
  const [host = '', port = ''] = brokers[0]?.split(':') ?? [];
  await using kafka = await startProxy({ to: { host, port: Number(port) } });
  const topic = testTopicName();
  await kafka.refuse();

  const settings = { KAFKA_BROKERS: `127.0.0.1:${kafka.port}`, KAFKA_TOPIC: topic, DATABASE_URL: database.url };
  const migrating = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'migrate'], {
    env: { ...process.env, NODE_OPTIONS: '', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(migrating, 'exit');
  let said = '';
  migrating.stdout.on('data', (text: Buffer) => (said += text.toString()));
  const says = (line: RegExp) =>
    until(() => line.test(said), { timeoutMs: 45_000, onTimeout: () => new Error(`It says: ${said}`) });

  // After attempts of kafkajs's own.
  await says(/"tables\.migrated"[^]*ECONNREFUSED[^]*"projector\.retrying"/);
  await kafka.resume();
  expect([(await exited)[0], said]).toEqual([0, expect.stringContaining('"topics.ready"')]);

  const { partitions } = await describeTopic(connectKafka({ brokers, clientId: 'test', log: silent }), topic);
  const db = connectTables({ url: database.url });
  expect(await readPositions(db).finally(() => db.end())).toHaveLength(partitions);
}, 90_000);
