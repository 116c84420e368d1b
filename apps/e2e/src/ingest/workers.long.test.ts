import { connectKafka, createLog, ensureTopics } from '@callstream/runtime';
import { testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { readLog } from '../log/read-log.ts';
import { startIngest } from '../system/ingest.ts';
import { followWorkers } from './follow-workers.ts';
import { startSendingClients } from './sending-clients.ts';

/** As long as known senders wait. */
const senderTimeoutMs = 5_000;

it('a worker that hangs is killed and replaced; no event with a 200 is lost, and the other worker accepts meanwhile', async () => {
  const log = createLog({ service: 'e2e', level: 'silent' });
  const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'e2e', log });
  const topic = testTopicName();
  await ensureTopics(kafka, { topic, partitions: 3, log });
  const workers = followWorkers();
  const env = { INGEST_WORKERS: '2' };
  await using ingest = await startIngest({ brokers: testKafkaBrokers(), topic, onLine: workers.readLine, env });
  const isAccepted = async (call_id: string): Promise<boolean> => {
    const body = JSON.stringify({ type: 'call.new', call_id });
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(senderTimeoutMs);
    // A request to the worker that hangs, or was killed, has no answer.
    const response = await fetch(ingest.webhookUrl, { method: 'POST', headers, body, signal }).catch(() => null);
    await response?.text().catch(() => undefined);
    return response?.status === 200;
  };
  const { accepted, moreAreAccepted, stop } = startSendingClients({
    ingest,
    clients: 8,
    post: isAccepted,
  });
  await moreAreAccepted();
  const hanging = workers.pidOf(1);
  process.kill(hanging, 'SIGSTOP');
  await moreAreAccepted();
  await until(() => workers.hangs().length > 0, {
    onTimeout: () => new Error(`The worker is not reported.\n${ingest.service.tail()}`),
  });
  expect(workers.hangs()).toEqual([expect.objectContaining({ worker: 1, pid: hanging })]);
  await workers.untilStarted(1, 2);
  expect(workers.ends()).toEqual([expect.objectContaining({ worker: 1, reason: 'signal SIGKILL' })]);
  await moreAreAccepted();
  await stop();
  expect(await ingest.readyz()).toEqual({ status: 200, text: 'ok' });
  const stored = new Set((await readLog(kafka, topic)).map(({ callId }) => callId));
  expect(accepted.filter((id) => !stored.has(id))).toEqual([]);
});
