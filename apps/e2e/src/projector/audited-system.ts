import { callsOfEvents } from '@callstream/domain/testing';
import { createPartitionOf, describeTopic } from '@callstream/runtime';
import { encodeBatch, encodeRecords, produceRaw, testKafkaBrokers, until } from '@callstream/stack';
import { constants, zstdCompressSync } from 'node:zlib';
import { openAuditedClient } from '../clients/audited-client.ts';
import type { AuditedClient } from '../clients/audited-client.ts';
import { createSender } from '../load/sender.ts';
import { readLog } from '../log/read-log.ts';
import { readMetric } from '../system/ingest.ts';
import { runOnce } from '../system/service-process.ts';
import type { System } from '../system/system.ts';
import { expectTablesToBeFoldOfLog, startTestSystem } from '../system/test-system.ts';

type ReadingService = 'PROJECTOR' | 'GATEWAY';

/** A system whose services have a heap of 512 MB, and a client that compares its board with the log. */
export interface AuditedSystem extends AsyncDisposable {
  readonly system: System;
  readonly client: AuditedClient;
  readonly partitionOf: (key: string) => number;
  /** Posts a webhook of each call and expects 200. */
  readonly post: (...callIds: readonly string[]) => Promise<void>;
  /** Appends a batch that Kafka's own producer could have written, compressed by zstd. @returns its first offset */
  readonly appendBatch: (partition: number, values: readonly Buffer[]) => Promise<number>;
  readonly metric: (service: ReadingService, name: string) => Promise<number>;
  /** The text of `/readyz`, once it contains `text`. */
  readonly readyz: (service: ReadingService, text: string) => Promise<string>;
  /** Runs a command of the projector. @returns the end of its output @throws {Error} if it fails */
  readonly command: (...args: readonly string[]) => Promise<string>;
  /** Tables and board equal the fold of the readable records of the log. */
  readonly expectAllOfLog: () => Promise<void>;
}

export const waitingEvent = (callId: string, more: object = {}): Buffer =>
  Buffer.from(
    JSON.stringify({
      type: 'call.waiting',
      call_id: callId,
      queue: '900',
      timestamp: new Date().toISOString(),
      ...more,
    }),
  );

/** The frame does not state its decompressed size, as with a producer that streams, so that readers must decompress it. */
const withoutSize = { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } };

/** Starts a system of its own, which ends with it. */
export async function startAuditedSystem(): Promise<AuditedSystem> {
  await using cleanup = new AsyncDisposableStack();
  const system = cleanup.use(await startTestSystem({ settings: { NODE_OPTIONS: '--max-old-space-size=512' } }));
  const audited = cleanup.use(await auditSystem(system));
  const owned = cleanup.move();
  return { ...audited, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Opens a client on a running system. Disposed, it closes the client only. */
export async function auditSystem(system: System): Promise<AuditedSystem> {
  const [broker = ''] = testKafkaBrokers();
  const client = await openAuditedClient(Number(new URL(system.socketUrl).port));
  const partitionOf = createPartitionOf((await describeTopic(system.kafka, system.topic)).partitions);
  const adminPortOf = (service: ReadingService): number => Number(system.env[`${service}_ADMIN_PORT`]);
  const askReady = async (service: ReadingService): Promise<string> =>
    (await fetch(`http://127.0.0.1:${adminPortOf(service)}/readyz`)).text();
  return {
    system,
    client,
    partitionOf,
    post: async (...callIds) => {
      await using sender = createSender(system.webhookUrl, 2);
      const responses = await sender.postAll(callIds.map((callId) => waitingEvent(callId).toString()));
      expect(responses.map(({ status }) => status)).toEqual(callIds.map(() => 200));
    },
    appendBatch: async (partition, values) => {
      const payload = zstdCompressSync(encodeRecords(values), withoutSize);
      const batch = encodeBatch({ attributes: 4, count: values.length, payload });
      const { errorCode, firstOffset } = await produceRaw(broker, { topic: system.topic, partition, batch });
      expect(errorCode).toBe(0);
      return firstOffset;
    },
    metric: (service, name) => readMetric(adminPortOf(service), name),
    readyz: async (service, text) => {
      let answer = '';
      await until(async () => (answer = await askReady(service)).includes(text), {
        onTimeout: () => new Error(`/readyz of ${service}: ${answer}`),
      });
      return answer;
    },
    command: (...args) =>
      runOnce({ name: args.join(' '), args: ['apps/projector/src/main.ts', ...args], env: system.env }),
    expectAllOfLog: async () => {
      await expectTablesToBeFoldOfLog(system);
      await client.untilShown(callsOfEvents(await readLog(system.kafka, system.topic)).values());
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}
