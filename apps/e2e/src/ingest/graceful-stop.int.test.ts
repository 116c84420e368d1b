import { connectKafka, createLog, ensureTopics } from '@callstream/runtime';
import { testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { startIngest } from '../system/ingest.ts';
import { readLog } from '../log/read-log.ts';
import { createSender } from '../load/sender.ts';

/** Errors of a connection that was closed before a response began. */
const connectionErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE']);

it.each([
  ['with Kafka', testKafkaBrokers, 'kafka'],
  ['with Kafka unavailable', () => ['127.0.0.1:1'], 'spool'],
] as const)(
  'SIGTERM under load, %s: ingest exits with 0, breaks no response, and stores every accepted event',
  async (_, brokers, destination) => {
    const log = createLog({ service: 'e2e', level: 'silent' });
    const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'e2e', log });
    const topic = testTopicName();
    await ensureTopics(kafka, { topic, partitions: 3, log });
    const ingest = await startIngest({ brokers: brokers(), topic });
    await using sender = createSender(ingest.webhookUrl, 50);
    const accepted: string[] = [];
    const unexpected: unknown[] = [];
    let sent = 0;
    const client = async (): Promise<void> => {
      for (;;) {
        const id = `stop.${sent++}`;
        try {
          const { status, text } = await sender.post(JSON.stringify({ type: 'call.new', call_id: id }));
          // A truncated response would not be JSON.
          if (status === 200 && (JSON.parse(text) as { status: string }).status === 'ok') accepted.push(id);
          else unexpected.push({ status, text });
        } catch (error) {
          const { code = '', message } = error as NodeJS.ErrnoException;
          if (!connectionErrors.has(code)) unexpected.push({ code, message });
          if (code === 'ECONNREFUSED') return;
        }
      }
    };
    const clients = Array.from({ length: 50 }, client);
    await until(() => accepted.length > 500, {
      onTimeout: () => new Error('ingest accepted too few webhooks.'),
    });
    expect(await ingest.metric('callstream_ingest_accepted_total')).toBeGreaterThan(0);
    const before = accepted.length;
    await ingest.service.stop();
    await Promise.all(clients);
    expect({ code: await ingest.service.exited, unexpected }).toEqual({ code: 0, unexpected: [] });
    expect(accepted.length).toBeGreaterThan(before);

    if (destination === 'spool') {
      await using drained = await startIngest({ brokers: testKafkaBrokers(), topic, dataDir: ingest.dataDir });
      await until(async () => (await drained.metric('callstream_ingest_spool_records')) === 0, {
        onTimeout: () => new Error('The spool is not empty: callstream_ingest_spool_records is not 0.'),
      });
    }
    const stored = new Set((await readLog(kafka, topic)).map(({ callId }) => callId));
    expect(accepted.filter((id) => !stored.has(id))).toEqual([]);
    await ingest[Symbol.asyncDispose]();
  },
);
