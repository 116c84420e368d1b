import { connectKafka, createLog, openPublisher, topicFacts } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { connectTables, readPositions } from '@callstream/tables';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentedRights, grant, revoke } from './documented-rights.ts';
import { pickPort } from './port.ts';
import { passwords, startSecuredServers } from './secured-servers.ts';
import type { SecuredServers, User } from './secured-servers.ts';
import { launch, runOnce, startService } from './service.ts';

const topic = 'call-events';
const log = createLog({ service: 'e2e', level: 'silent' });
const stack = new AsyncDisposableStack();
let servers: SecuredServers;
let ca: string;

beforeAll(async () => {
  servers = stack.use(await startSecuredServers());
  ca = await readFile(servers.authority.certificate, 'utf8');
  await grant(servers.admin, await documentedRights());
}, 120_000);
afterAll(() => stack.disposeAsync());

/** Settings with which a service shows a password to Kafka. */
const withPassword = (user: User, mechanism: string): Record<string, string> => ({
  KAFKA_BROKERS: servers.kafka.saslSsl,
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: user,
  KAFKA_SASL_PASSWORD_FILE: servers.passwordFile(user),
  KAFKA_SSL_CA_FILE: servers.authority.certificate,
});
const withCertificate = (user: User): Record<string, string> => ({
  KAFKA_BROKERS: servers.kafka.ssl,
  KAFKA_SECURITY_PROTOCOL: 'SSL',
  KAFKA_SSL_CA_FILE: servers.authority.certificate,
  KAFKA_SSL_CERTIFICATE_FILE: servers.certificates[user].certificate,
  KAFKA_SSL_KEY_FILE: servers.certificates[user].key,
});
const withDatabase = (user: User, more = ''): Record<string, string> => ({
  DATABASE_URL: servers.databaseUrl(user) + more,
  DATABASE_PASSWORD_FILE: servers.passwordFile(user),
});

describe('on servers that require TLS, with a user for each service that has the documented rights and no others', () => {
  it('a webhook becomes a call on the gateway', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'callstream-secured-data-'));
    stack.defer(() => rm(dataDir, { recursive: true, force: true }));
    const port = { ingest: await pickPort(), gateway: await pickPort() };
    const admin = { ingest: await pickPort(), projector: await pickPort(), gateway: await pickPort() };
    const common = { KAFKA_TOPIC: topic, LOG_LEVEL: 'info', ADMIN_HOST: '127.0.0.1', DATA_DIR: dataDir };
    const migrateEnv = { ...common, ...withCertificate('callstream-migrate'), ...withDatabase('callstream-migrate') };
    await runOnce({ name: 'migrate', args: ['apps/projector/src/main.ts', 'migrate'], env: migrateEnv });

    const { certificate, key } = servers.certificates['callstream-projector'];
    const services = await Promise.all([
      startService(
        {
          name: 'projector',
          args: ['apps/projector/src/main.ts', 'run'],
          env: {
            ...common,
            ...withPassword('callstream-projector', 'SCRAM-SHA-256'),
            ...withDatabase('callstream-projector', `&sslcert=${certificate}&sslkey=${key}`),
            PROJECTOR_ADMIN_PORT: String(admin.projector),
          },
        },
        admin.projector,
      ),
      startService(
        {
          name: 'ingest',
          args: ['apps/ingest/src/main.ts'],
          env: {
            ...common,
            ...withPassword('callstream-ingest', 'SCRAM-SHA-512'),
            INGEST_HOST: '127.0.0.1',
            INGEST_PORT: String(port.ingest),
            INGEST_ADMIN_PORT: String(admin.ingest),
          },
        },
        admin.ingest,
      ),
      startService(
        {
          name: 'gateway',
          args: ['apps/gateway/src/main.ts'],
          env: {
            ...common,
            ...withPassword('callstream-gateway', 'PLAIN'),
            ...withDatabase('callstream-gateway'),
            GATEWAY_HOST: '127.0.0.1',
            GATEWAY_PORT: String(port.gateway),
            GATEWAY_ADMIN_PORT: String(admin.gateway),
          },
        },
        admin.gateway,
      ),
    ]);
    for (const service of services) stack.use(service);

    const body = { type: 'call.new', call_id: 'secured-1', direction: 'inbound', our_number: '1', their_number: '2' };
    const answer = await fetch(`http://127.0.0.1:${port.ingest}/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    const seen = async (): Promise<boolean> =>
      (await fetch(`http://127.0.0.1:${port.gateway}/api/calls/${body.call_id}`)).status === 200;
    const tails = (): string => services.map((service) => service.tail()).join('\n');
    await until(seen, { timeoutMs: 30_000, onTimeout: () => new Error(`The call is not there.\n${tails()}`) });
    // At once, and nothing that was tried again.
    expect(tails()).not.toMatch(/"level":"(warn|error|fatal)"(?!.*not-durable)/);
  }, 90_000);
});

const ask = (settings: Partial<Parameters<typeof connectKafka>[0]>): Promise<unknown> => {
  const kafka = connectKafka({
    brokers: [servers.kafka.saslSsl],
    clientId: 'test',
    connects: 'once',
    log,
    ...settings,
  });
  return topicFacts(kafka, topic);
};
const user = (name: User, password: string = passwords[name], mechanism: 'plain' | 'scram-sha-256' = 'plain') =>
  ({ mechanism, username: name, password }) as const;

describe('a Kafka that does not let us in: the message names cause and remedy', () => {
  const gateway = user('callstream-gateway');
  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['no TLS, and the port has it', () => ask({}), /speaks TLS.*KAFKA_SECURITY_PROTOCOL=SSL or SASL_SSL/],
    ['TLS, and the port has none', () => ask({ brokers: [servers.kafka.saslPlaintext], ssl: { ca } }), /has no TLS/],
    ['another authority', () => ask({ ssl: {}, sasl: gateway }), /not of an authority.*KAFKA_SSL_CA_FILE/],
    [
      'a name that is not in the certificate',
      () => ask({ brokers: [servers.kafka.saslSsl.replace('localhost', '127.0.0.1')], ssl: { ca }, sasl: gateway }),
      /does not match certificate.*KAFKA_BROKERS/,
    ],
    ['no certificate of ours', () => ask({ brokers: [servers.kafka.ssl], ssl: { ca } }), /KAFKA_SSL_CERTIFICATE_FILE/],
    ['no user', () => ask({ ssl: { ca } }), /wants a user.*SASL_SSL/],
    [
      'a user where none is asked for',
      () => ask({ brokers: [servers.kafka.brokers], sasl: gateway }),
      /takes no users.*PLAINTEXT or SSL/,
    ],
    [
      'a wrong password',
      () => ask({ ssl: { ca }, sasl: user('callstream-gateway', 'wrong') }),
      /callstream-gateway with this password for PLAIN: see KAFKA_SASL_USERNAME/,
    ],
    [
      'a wrong password, by SCRAM',
      () => ask({ ssl: { ca }, sasl: user('callstream-gateway', 'wrong', 'scram-sha-256') }),
      /with this password for SCRAM-SHA-256/,
    ],
  ])('%s', (_, asking, said) => expect(asking()).rejects.toThrow(said));
});

describe('rights in Kafka that are missing: the message names the operation, on what, and the command', () => {
  const as = (name: User): Kafka =>
    connectKafka({ brokers: [servers.kafka.saslSsl], ssl: { ca }, sasl: user(name), clientId: 'test', log });

  it('to configure, to write', async () => {
    await expect(topicFacts(as('callstream-gateway'), topic)).rejects.toThrow(
      /lacks the right to DescribeConfigs topic "call-events": .*--allow-principal User:callstream-gateway --operation DescribeConfigs --topic call-events/,
    );
    await using publisher = openPublisher(as('callstream-gateway'));
    const record = { topic, partition: 0, key: 'x', value: Buffer.from('{}'), headers: {} };
    await expect(publisher.publishBatch([record])).rejects.toThrow(/lacks the right to Write/);
  });
  it.each([
    [
      'group',
      'projector',
      ['run'],
      /lacks the right to Read group .*callstream-projector.*--group callstream-projector/,
    ],
  ])(
    'a projector without its %s ends',
    async (_, name, args, said) => {
      const group = (await documentedRights()).filter(({ resourceName }) => resourceName === 'callstream-projector');
      await revoke(servers.admin, group);
      try {
        const { certificate, key } = servers.certificates['callstream-projector'];
        const env = {
          ...withPassword('callstream-projector', 'PLAIN'),
          ...withDatabase('callstream-projector', `&sslcert=${certificate}&sslkey=${key}`),
          ...{ ADMIN_HOST: '127.0.0.1', PROJECTOR_ADMIN_PORT: '0', LOG_LEVEL: 'info' },
        };
        const service = launch({ name, args: [`apps/${name}/src/main.ts`, ...args], env });
        expect(await service.exited).toBe(1);
        expect(service.tail()).toMatch(said);
      } finally {
        await grant(servers.admin, group);
      }
    },
    60_000,
  );
});

describe('a Postgres that does not let us in: the message names cause and remedy', () => {
  const read = async (url: string): Promise<unknown> => {
    const db = connectTables({ url, max: 1 });
    return readPositions(db).finally(() => db.end());
  };
  const at = (name: User, parameters?: string, password: string = passwords[name]): string => {
    const url = new URL(servers.databaseUrl(name, parameters));
    url.password = encodeURIComponent(password);
    return url.href;
  };
  const trusted = (): string => `sslrootcert=${servers.authority.certificate}`;
  it.each<[string, () => string, RegExp]>([
    ['no TLS', () => at('callstream-gateway', ''), /no encryption.*sslmode=verify-full/],
    ['another authority', () => at('callstream-gateway', 'sslmode=verify-full'), /authority.*sslrootcert/],
    [
      'a name that is not in the certificate',
      () => at('callstream-gateway', `sslmode=verify-full&${trusted()}`).replace('localhost', '127.0.0.1'),
      /127\.0\.0\.1.*sslmode=verify-ca/,
    ],
    ['no certificate of ours', () => at('callstream-projector'), /certificate.*sslcert=<file>/],
    ['a wrong password', () => at('callstream-gateway', undefined, 'wrong'), /password authentication.*DATABASE_URL/],
  ])('%s', (_, url, said) => expect(read(url())).rejects.toThrow(said));

  it('by another name of the host, verify-ca and require are content', async () => {
    for (const parameters of [`sslmode=verify-ca&${trusted()}`, 'sslmode=require'])
      await read(at('callstream-gateway', parameters).replace('localhost', '127.0.0.1'));
  });
});
