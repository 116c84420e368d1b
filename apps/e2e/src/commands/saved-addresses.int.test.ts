import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectKafka, createLog, ensureTopics } from '@callstream/runtime';
import { testKafkaBrokers, testTopicName } from '@callstream/stack';

const root = join(import.meta.dirname, '../../../..');

/** `npm run projector -- dlq list` with no setting but DATA_DIR. */
const listDeadLetters = (dataDir: string, env: Record<string, string> = {}) =>
  promisify(execFile)(process.execPath, ['tools/run.mjs', 'apps/projector/src/main.ts', 'dlq', 'list'], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: dataDir, ...env },
  });

it('commands find Kafka by the addresses that npm start saved, and the environment takes precedence', async () => {
  const topic = testTopicName();
  const log = createLog({ service: 'e2e', level: 'silent' });
  const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'e2e', log });
  await ensureTopics(kafka, { topic, partitions: 1, log });
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-addresses-'));
  try {
    const addresses = `KAFKA_BROKERS='${testKafkaBrokers().join()}'\nKAFKA_TOPIC='${topic}'\n`;
    await writeFile(join(dataDir, 'addresses.env'), addresses);
    expect((await listDeadLetters(dataDir)).stdout).toContain('0 open');
    await expect(listDeadLetters(dataDir, { KAFKA_TOPIC: 'no-such-topic' })).rejects.toThrow(
      /no topic "no-such-topic-dlq"/,
    );
  } finally {
    await rm(dataDir, { recursive: true });
  }
});
