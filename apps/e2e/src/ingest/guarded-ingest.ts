import { connectKafka, createLog, ensureTopics } from '@callstream/runtime';
import { testKafkaBrokers, testTopicName } from '@callstream/stack';
import { startIngest } from '../system/ingest.ts';
import type { Ingest } from '../system/ingest.ts';

export const secrets = ['path-secret-of-ours', 'bearer-secret-of-ours', 'previous-bearer-of-ours'] as const;
const [pathSecret, bearer, previousBearer] = secrets;
/** Ten seconds of the rate may come at once: more than the refused ones. */
export const [requestsPerSecond, refusedPerMinute] = [2, 15];
/** Addresses reserved for tests: RFC 2544. */
const provider = '198.18.0.0/15';
export const authorized = { authorization: `Bearer ${bearer}` };
export const validBody = '{"type":"call.new","call_id":"a"}';

/** A webhook as a proxy forwards it. */
export interface ForwardedRequest {
  /** Address of the sender; default: a new one. */
  readonly from?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** An ingest with secrets, a list of addresses, and limits per address. */
export interface GuardedIngest extends Ingest {
  readonly post: (request: ForwardedRequest) => Promise<Response>;
  /** For each test its own, so that rate limits do not affect other tests. */
  readonly newAddress: () => string;
}

export async function startGuardedIngest(): Promise<GuardedIngest> {
  const topic = testTopicName();
  const log = createLog({ service: 'e2e', level: 'silent' });
  const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'e2e', log });
  await ensureTopics(kafka, { topic, partitions: 3, log });
  const ingest = await startIngest({
    brokers: testKafkaBrokers(),
    topic,
    env: {
      INGEST_PATH_SECRET: pathSecret,
      INGEST_BEARER_TOKEN: bearer,
      INGEST_BEARER_TOKEN_PREVIOUS: previousBearer,
      INGEST_TRUSTED_PROXIES: '127.0.0.1',
      INGEST_ALLOW: `${provider},2001:db8::/32,fe80::/10,127.0.0.1`,
      INGEST_REQUESTS_PER_SECOND_MAX: String(requestsPerSecond),
      INGEST_REFUSED_PER_MINUTE_MAX: String(refusedPerMinute),
      LOG_LEVEL: 'trace',
    },
  });
  let lastAddress = 0;
  const newAddress = (): string => `198.18.${(++lastAddress >> 8) & 255}.${lastAddress & 255}`;
  const post: GuardedIngest['post'] = ({ from = newAddress(), path = '', headers = {}, body = validBody }) =>
    fetch(ingest.webhookUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from, ...headers },
      body,
    });
  return { ...ingest, post, newAddress };
}
