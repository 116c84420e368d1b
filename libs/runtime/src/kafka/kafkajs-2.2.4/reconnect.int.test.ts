import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import kafkajs from 'kafkajs';
import type { ISocketFactory } from 'kafkajs';
import { testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { createLog } from '../../log.ts';
import { toKafka } from '../client.ts';
import { connectKafka } from '../connect.ts';
import { consume } from '../consume/consume.ts';
import { ensureTopics } from '../ensure-topics.ts';
import { connectPublisher } from '../produce/publisher.ts';
import { install } from './install.ts';
import { requireInternal } from './internals.ts';

const log = createLog({ service: 'test', level: 'silent' });

/** The first socket that has received `bytes` is destroyed, within a long response. */
function breakingSockets(bytes: number): { socketFactory: ISocketFactory; broken: () => number } {
  let broken = 0;
  const socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = connect({ host, port }, onConnect);
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (received < bytes || broken > 0) return;
      broken++;
      socket.destroy(new Error('read ECONNRESET'));
    });
    return socket;
  };
  return { socketFactory, broken: () => broken };
}

it('after a connection that breaks within a response, responses on the next connection are parsed', async () => {
  const topic = testTopicName();
  const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'test', log });
  await ensureTopics(kafka, { topic, partitions: 1, log });
  await using publisher = await connectPublisher(kafka);
  const { socketFactory, broken } = breakingSockets(200_000);
  const unreliableKafka = new kafkajs.Kafka({
    brokers: [...testKafkaBrokers()],
    socketFactory,
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    logLevel: kafkajs.logLevel.NOTHING,
  });
  let next = 0;
  await using _consumer = await consume(toKafka(unreliableKafka), {
    groupId: randomUUID(),
    topic,
    concurrency: 1,
    commit: false,
    log,
    positions: () => new Map([[0, next]]),
    onBatch: ({ records }) => Promise.resolve((next = (records.at(-1)?.offset ?? -1) + 1)),
  });
  await publisher.publishBatch([{ topic, partition: 0, key: 'k', value: randomBytes(900_000), headers: {} }]);
  await until(() => next === 1, { onTimeout: () => new Error(`not read; broken: ${broken()}`) });
  expect(broken()).toBe(1);
});

interface TestConnection {
  connect: () => Promise<true>;
  disconnect: () => Promise<true>;
}
const KafkajsConnection = requireInternal<new (options: object) => TestConnection>('network/connection.js');

it('concurrent calls of connect share one socket; after a disconnect there is a new one', async () => {
  install();
  const [host, port] = testKafkaBrokers()[0]?.split(':') ?? [];
  let sockets = 0;
  const socketFactory: ISocketFactory = ({ onConnect }) => {
    sockets++;
    return connect({ host, port: Number(port) }, onConnect);
  };
  const logger = { namespace: () => logger, debug: () => undefined, error: () => undefined };
  const connection = new KafkajsConnection({
    host,
    port,
    logger,
    socketFactory,
    connectionTimeout: 3_000,
    // Without it, kafkajs would set a timer of NaN ms.
    requestTimeout: 30_000,
  });
  await Promise.all([connection.connect(), connection.connect()]);
  expect(sockets).toBe(1);
  await connection.disconnect();
  await connection.connect();
  expect(sockets).toBe(2);
  await connection.disconnect();
});
