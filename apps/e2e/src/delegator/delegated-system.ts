import { randomUUID } from 'node:crypto';
import { connectKafka, connectPublisher, createLog } from '@callstream/runtime';
import type { Kafka, ProducerRecord, Publisher } from '@callstream/runtime';
import { freePort, startProxyFor, testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { migrated } from '@callstream/tables/testing';
import type { Proxy } from '@callstream/stack';
import { connectTables } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { createRecordOf } from '../log/produce-webhooks.ts';
import { createTopicsAndTables } from '../system/create-topics-and-tables.ts';
import { startService } from '../system/service-process.ts';
import type { ServiceProcess } from '../system/service-process.ts';
import { startProvider } from './provider-process.ts';
import type { ProviderProcess } from './provider-process.ts';
import { untilSaid } from './until-said.ts';
import type { StoredOutcome } from './until-said.ts';

/** Deadline of the delegators, in ms, unless they are started with another one. */
export const deadlineMs = 2_000;

/** Delegators on a log of their own, with the simulated provider, and proxies before it and Postgres. */
export interface DelegatedSystem extends AsyncDisposable {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly db: Tables;
  readonly env: Readonly<Record<string, string>>;
  readonly provider: ProviderProcess;
  /** Between the delegators and Postgres. */
  readonly postgres: Proxy;
  /** Between the delegators and the provider. */
  readonly providerProxy: Proxy;
  /** When each standby was received, by call id; ms since 1970. */
  readonly receivedAt: ReadonlyMap<string, number>;
  /** Starts one more delegator; resolves when it is ready. */
  readonly startDelegator: (settings?: Readonly<Record<string, string>>) => Promise<DelegatorProcess>;
  /** Writes a standby to the log; default: received now, of a call of its own. @returns its call id */
  readonly standBy: (fields?: object, receivedAt?: number) => Promise<string>;
  /** Sends a standby of a call of its own to an ingest. @returns its call id */
  readonly standByOver: (webhookUrl: string) => Promise<string>;
  /** Resolves once each of these calls has an outcome that is in the log. */
  readonly untilSaid: (callIds: readonly string[], timeoutMs?: number) => Promise<ReadonlyMap<string, StoredOutcome>>;
}

export interface DelegatorProcess {
  readonly service: ServiceProcess;
  readonly adminPort: number;
}

export interface DelegatedSystemOptions {
  /** Default: the Kafka of all tests. */
  readonly brokers?: readonly string[];
  /** Options of the provider, as of `npm run provider`. */
  readonly faults?: readonly string[];
}

export async function startDelegatedSystem({
  brokers = testKafkaBrokers(),
  faults = [],
}: DelegatedSystemOptions = {}): Promise<DelegatedSystem> {
  await using cleanup = new AsyncDisposableStack();
  const database = cleanup.use(await testDatabase({ content: migrated }));
  const { proxy: postgres, url } = await startProxyFor(database.url);
  cleanup.use(postgres);
  const topic = testTopicName();
  const log = createLog({ service: 'e2e', level: 'silent' });
  const kafka = connectKafka({ brokers, clientId: 'e2e', log });
  const db = connectTables({ url: database.url, max: 4, applicationName: 'e2e' });
  cleanup.defer(() => db.end());
  const provider = cleanup.use(await startProvider(...faults));
  const { proxy: providerProxy, url: providerUrl } = await startProxyFor(provider.url);
  cleanup.use(providerProxy);
  const env = {
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_TOPIC: topic,
    DATABASE_URL: url,
    ADMIN_HOST: '127.0.0.1',
    DELEGATOR_URL: providerUrl,
    DELEGATOR_USER: 'callstream',
    DELEGATOR_PASSWORD: 'simulated',
    DELEGATOR_GROUP: `delegator-${topic}`,
    DELEGATOR_DEADLINE_MS: String(deadlineMs),
    DELEGATOR_TIMEOUT_MS: '500',
  };
  await createTopicsAndTables({ kafka, topic, db, databaseUrl: database.url, log });
  const publisher: Publisher = cleanup.use(await connectPublisher(kafka));
  const recordOf = await createRecordOf({ kafka, topic });
  const receivedAt = new Map<string, number>();
  // A publisher takes one call at a time.
  let writing = Promise.resolve();
  const owned = cleanup.move();
  return {
    kafka,
    topic,
    db,
    env,
    provider,
    postgres,
    providerProxy,
    receivedAt,
    startDelegator: async (settings = {}) => {
      const adminPort = await freePort();
      const service = await startService(
        {
          name: 'delegator',
          args: ['apps/delegator/src/main.ts', 'run'],
          env: { ...env, ...settings, DELEGATOR_ADMIN_PORT: String(adminPort) },
        },
        adminPort,
      );
      owned.defer(() => service.kill());
      return { service, adminPort };
    },
    standBy: async (fields = {}, at = Date.now()) => {
      const { callId, body } = standbyOf(at, fields);
      receivedAt.set(callId, at);
      writing = writing.then(() => publishAtLast(publisher, recordOf(body, at)));
      await writing;
      return callId;
    },
    standByOver: async (webhookUrl) => {
      const { callId, body } = standbyOf(Date.now(), {});
      receivedAt.set(callId, Date.now());
      const response = await fetch(webhookUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      return callId;
    },
    untilSaid: (callIds, timeoutMs = 20_000) => untilSaid(db, callIds, timeoutMs),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function standbyOf(at: number, fields: object): { readonly callId: string; readonly body: string } {
  const callId = `${at}.${randomUUID().slice(0, 8)}`;
  const parties = { direction: 'inbound', our_number: '1130300000', their_number: `119${randomDigits()}` };
  const timestamp = new Date(at).toISOString().replace(/\.\d+/, '');
  return { callId, body: JSON.stringify({ type: 'call.standby', call_id: callId, ...parties, timestamp, ...fields }) };
}

/** Writes a record, once Kafka is there: as ingest, from its spool. */
async function publishAtLast(publisher: Publisher, record: ProducerRecord): Promise<void> {
  let problem: unknown;
  const isWritten = (): Promise<boolean> =>
    publisher.publishBatch([record]).then(
      () => true,
      (error: unknown) => {
        problem = error;
        return false;
      },
    );
  await until(isWritten, { onTimeout: () => new Error('Not written.', { cause: problem }) });
}

const randomDigits = (): string => randomUUID().replaceAll(/\D/g, '').padEnd(8, '7').slice(0, 8);
