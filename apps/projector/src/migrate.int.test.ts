import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectKafka, describeTopic } from '@callstream/runtime';
import { startProxy, testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { connectTables, readPositions } from '@callstream/tables';
import { silent } from '../testing/fixture.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

it('migrate waits for Kafka, and creates tables, topics and positions', async () => {
  await using database = await testDatabase();
  const brokers = testKafkaBrokers();
  const [host = '', port = ''] = brokers[0]?.split(':') ?? [];
  await using kafka = await startProxy({ to: { host, port: Number(port) } });
  const topic = testTopicName();
  await kafka.refuse();

  const settings = { KAFKA_BROKERS: `127.0.0.1:${kafka.port}`, KAFKA_TOPIC: topic, DATABASE_URL: database.url };
  const migrating = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'migrate'], {
    env: { ...process.env, NODE_OPTIONS: '', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(migrating, 'exit');
  let output = '';
  for (const stream of [migrating.stdout, migrating.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  const untilOutput = (line: RegExp) =>
    until(() => line.test(output), { onTimeout: () => new Error(`Its output is: ${output}`) });

  // After the retries of kafkajs itself.
  await untilOutput(/^Warning: .*ECONNREFUSED.*\(projector\.retrying, attempt 1/m);
  await kafka.resume();
  expect([(await exited)[0], output]).toEqual([0, expect.stringContaining(`The topics "${topic}" (`)]);
  expect(output).toContain('Created the tables (migrations: 0001_projection');
  expect(output).not.toContain('{');

  const { partitions } = await describeTopic(connectKafka({ brokers, clientId: 'test', log: silent }), topic);
  const db = connectTables({ url: database.url });
  expect(await readPositions(db).finally(() => db.end())).toHaveLength(partitions);
});
