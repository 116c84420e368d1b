import { connectKafka, createLog, openPublisher, describeTopic } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { allow, disallow } from '@callstream/runtime/testing';
import { freePort, until } from '@callstream/stack';
import { connectTables, readPositions } from '@callstream/tables';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentedAcls } from './documented-acls.ts';
import { passwords, startSecuredServers } from './secured-servers.ts';
import type { SecuredServers, SecuredUser } from './secured-servers.ts';
import { execCommand, launch, runOnce, startService } from '../system/service-process.ts';
import type { ServiceProcess } from '../system/service-process.ts';

const topic = 'call-events';
const log = createLog({ service: 'e2e', level: 'silent' });
const cleanup = new AsyncDisposableStack();
let servers: SecuredServers;
let ca: string;

beforeAll(async () => {
  servers = cleanup.use(await startSecuredServers());
  ca = await readFile(servers.authority.certificate, 'utf8');
  await allow(servers.admin, await documentedAcls());
});
afterAll(() => cleanup.disposeAsync());

/** Settings for a service that authenticates at Kafka with a password. */
const withPassword = (user: SecuredUser, mechanism: string): Record<string, string> => ({
  KAFKA_BROKERS: servers.kafka.saslSsl,
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: user,
  KAFKA_SASL_PASSWORD_FILE: servers.passwordFile(user),
  KAFKA_SSL_CA_FILE: servers.authority.certificate,
});
/** Settings for a service that authenticates at Kafka with tokens. */
const withTokens = (user: SecuredUser): Record<string, string> => ({
  KAFKA_BROKERS: servers.kafka.oauth,
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  KAFKA_OAUTH_TOKEN_URL: servers.identity.tokenUrl,
  KAFKA_OAUTH_CLIENT_ID: user,
  KAFKA_OAUTH_CLIENT_SECRET_FILE: servers.passwordFile(user),
  KAFKA_OAUTH_SCOPE: 'kafka',
  KAFKA_OAUTH_EXTENSIONS: 'logicalCluster=lkc-1,identityPoolId=pool-1',
  KAFKA_SSL_CA_FILE: servers.authority.certificate,
});
const withCertificate = (user: SecuredUser): Record<string, string> => ({
  KAFKA_BROKERS: servers.kafka.ssl,
  KAFKA_SECURITY_PROTOCOL: 'SSL',
  KAFKA_SSL_CA_FILE: servers.authority.certificate,
  KAFKA_SSL_CERTIFICATE_FILE: servers.certificates[user].certificate,
  KAFKA_SSL_KEY_FILE: servers.certificates[user].key,
});
const withDatabase = (user: SecuredUser, more = ''): Record<string, string> => ({
  DATABASE_URL: servers.databaseUrl(user) + more,
  DATABASE_PASSWORD_FILE: servers.passwordFile(user),
});

/** The projector needs a client certificate for Postgres, too. */
const projectorEnv = (mechanism: string): Record<string, string> => {
  const { certificate, key } = servers.certificates['callstream-projector'];
  return {
    ...withPassword('callstream-projector', mechanism),
    ...withDatabase('callstream-projector', `&sslcert=${certificate}&sslkey=${key}`),
  };
};

describe('on servers that require TLS, with only the documented rights for each service', () => {
  const ports = { ingest: 0, gateway: 0, admin: { ingest: 0, projector: 0, gateway: 0 } };
  const services = new Map<string, ServiceProcess>();
  const tails = (): string => [...services.values()].map((service) => service.tail()).join('\n');

  beforeAll(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'callstream-secured-data-'));
    cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
    for (const name of ['ingest', 'gateway'] as const) ports[name] = await freePort();
    for (const name of ['ingest', 'projector', 'gateway'] as const) ports.admin[name] = await freePort();
    const common = {
      KAFKA_TOPIC: topic,
      LOG_LEVEL: 'info',
      DATA_DIR: dataDir,
      ADMIN_HOST: '127.0.0.1',
      INGEST_HOST: '127.0.0.1',
      GATEWAY_HOST: '127.0.0.1',
      INGEST_PORT: String(ports.ingest),
      GATEWAY_PORT: String(ports.gateway),
      INGEST_ADMIN_PORT: String(ports.admin.ingest),
      PROJECTOR_ADMIN_PORT: String(ports.admin.projector),
      GATEWAY_ADMIN_PORT: String(ports.admin.gateway),
    };
    // `topics` needs the right to create topics, and no database.
    const topics = ['apps/projector/src/main.ts', 'topics', '--partitions', '3'];
    await runOnce({ name: 'topics', args: topics, env: { ...common, ...withCertificate('callstream-migrate') } });
    const migrateEnv = { ...common, ...withCertificate('callstream-migrate'), ...withDatabase('callstream-migrate') };
    await runOnce({ name: 'migrate', args: ['apps/projector/src/main.ts', 'migrate'], env: migrateEnv });

    const start = async (name: keyof typeof ports.admin, env: Record<string, string>): Promise<void> => {
      const options = { name, args: [`apps/${name}/src/main.ts`], env: { ...common, ...env } };
      services.set(name, cleanup.use(await startService(options, ports.admin[name])));
    };
    await Promise.all([
      start('projector', projectorEnv('SCRAM-SHA-256')),
      start('ingest', withTokens('callstream-ingest')),
      start('gateway', { ...withPassword('callstream-gateway', 'PLAIN'), ...withDatabase('callstream-gateway') }),
    ]);
  });

  const post = async (callId: string): Promise<number> => {
    const body = { type: 'call.new', call_id: callId, direction: 'inbound', our_number: '1', their_number: '2' };
    const response = await fetch(`http://127.0.0.1:${ports.ingest}/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.status;
  };
  const untilShown = (callId: string): Promise<boolean> =>
    until(async () => (await fetch(`http://127.0.0.1:${ports.gateway}/api/calls/${callId}`)).status === 200, {
      onTimeout: () => new Error(`The gateway does not have the call ${callId}.\n${tails()}`),
    });

  it('a webhook becomes a call on the gateway, without warnings or retries', async () => {
    expect(await post('secured-1')).toBe(200);
    await untilShown('secured-1');
    expect(tails()).not.toMatch(/"level":"(warn|error|fatal)"(?!.*not-durable)/);
  });

  it('an ingest without the right to write logs that, accepts webhooks, and loses none', async () => {
    const write = (await documentedAcls()).filter(
      ({ user, operation }) => user === 'callstream-ingest' && operation === 'Write',
    );
    await disallow(servers.admin, write);
    await until(
      async () =>
        (await post('secured-2')) === 200 && /User callstream-ingest is not authorized to Write/.test(tails()),
      { onTimeout: () => new Error(`ingest does not log the missing right.\n${tails()}`) },
    );
    await allow(servers.admin, write);
    expect(await post('secured-3')).toBe(200);
    await untilShown('secured-2');
    await untilShown('secured-3');
  });

  it('an ingest with OAUTHBEARER goes on when its token expires, without a warning', async () => {
    const [since, before] = [new Date().toISOString(), servers.identity.issued()];
    const isWarning = (line: string): boolean =>
      /"level":"(warn|error|fatal)"/.test(line) && (/"time":"([^"]+)"/.exec(line)?.[1] ?? '') >= since;
    let posted = 0;
    const isRenewed = async (): Promise<boolean> => {
      expect(await post(`token-${posted++}`)).toBe(200);
      return servers.identity.issued() > before;
    };
    await until(isRenewed, { everyMs: 50, onTimeout: () => new Error('No token was renewed.') });
    await untilShown(`token-${posted - 1}`);
    expect(tails().split('\n').filter(isWarning)).toEqual([]);
  });
});

const connectWith = (settings: Partial<Parameters<typeof connectKafka>[0]>): Promise<unknown> => {
  const kafka = connectKafka({
    brokers: [servers.kafka.saslSsl],
    clientId: 'test',
    retryConnect: false,
    log,
    ...settings,
  });
  return describeTopic(kafka, topic);
};
const user = (name: SecuredUser, password: string = passwords[name], mechanism: 'plain' | 'scram-sha-256' = 'plain') =>
  ({ mechanism, username: name, password }) as const;

const tokenClient = () => ({
  brokers: [servers.kafka.oauth],
  ssl: { ca },
  sasl: {
    mechanism: 'oauthbearer',
    tokenUrl: servers.identity.tokenUrl,
    clientId: 'callstream-gateway',
    clientSecret: passwords['callstream-gateway'],
    scope: 'kafka',
    extensions: {},
  } as const,
});

it('the doctor says what is wrong with OAUTHBEARER', async () => {
  const env = { ...withTokens('callstream-ingest'), DATA_DIR: tmpdir(), KAFKA_OAUTH_SCOPE: 'others' };
  const { code, out } = await execCommand({ args: ['apps/ingest/src/main.ts', 'doctor', '--json'], env });
  expect(code).toBe(1);
  expect(out).toContain('Kafka rejected the token of KAFKA_OAUTH_TOKEN_URL: check that KAFKA_OAUTH_SCOPE');
});

it('an operator may verify the tables, and list dead letters', async () => {
  const env = { ...withPassword('callstream-operator', 'SCRAM-SHA-512'), ...withDatabase('callstream-operator') };
  await runOnce({ name: 'verify', args: ['apps/projector/src/main.ts', 'verify'], env });
  await runOnce({ name: 'dlq', args: ['apps/projector/src/main.ts', 'dlq', 'list'], env });
});

describe('a refused connection to Kafka', () => {
  const gateway = user('callstream-gateway');
  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a connection without TLS to a port with TLS',
      () => connectWith({}),
      /speaks TLS.*KAFKA_SECURITY_PROTOCOL=SSL or SASL_SSL/,
    ],
    [
      'TLS to a port without',
      () => connectWith({ brokers: [servers.kafka.saslPlaintext], ssl: { ca } }),
      /may not support TLS/,
    ],
    [
      'an unknown certificate authority',
      () => connectWith({ ssl: {}, sasl: gateway }),
      /not signed by a trusted certificate authority.*KAFKA_SSL_CA_FILE/,
    ],
    [
      'a host name that is not in the certificate',
      () =>
        connectWith({ brokers: [servers.kafka.saslSsl.replace('localhost', '127.0.0.1')], ssl: { ca }, sasl: gateway }),
      /does not match certificate.*KAFKA_BROKERS/,
    ],
    [
      'no client certificate',
      () => connectWith({ brokers: [servers.kafka.ssl], ssl: { ca } }),
      /KAFKA_SSL_CERTIFICATE_FILE/,
    ],
    ['no credentials', () => connectWith({ ssl: { ca } }), /may require SASL.*SASL_SSL/],
    [
      'credentials for a port without SASL',
      () => connectWith({ brokers: [servers.kafka.brokers], sasl: gateway }),
      /may not support SASL.*PLAINTEXT or SSL/,
    ],
    [
      'a wrong password',
      () => connectWith({ ssl: { ca }, sasl: user('callstream-gateway', 'wrong') }),
      /callstream-gateway with this password and mechanism PLAIN: check KAFKA_SASL_USERNAME/,
    ],
    [
      'a wrong password with SCRAM',
      () => connectWith({ ssl: { ca }, sasl: user('callstream-gateway', 'wrong', 'scram-sha-256') }),
      /with this password and mechanism SCRAM-SHA-256/,
    ],
    [
      'a wrong secret of OAUTHBEARER',
      () => connectWith({ ...tokenClient(), sasl: { ...tokenClient().sasl, clientSecret: 'wrong' } }),
      /KAFKA_OAUTH_TOKEN_URL gives no token: 401 \(invalid_client\)\. Check KAFKA_OAUTH_CLIENT_ID/,
    ],
    [
      'a token for another audience',
      () => connectWith({ ...tokenClient(), sasl: { ...tokenClient().sasl, scope: 'others' } }),
      /Kafka rejected the token of KAFKA_OAUTH_TOKEN_URL.*expected\.audience/,
    ],
    [
      'tokens to a port with passwords',
      () => connectWith({ ...tokenClient(), brokers: [servers.kafka.saslSsl] }),
      /Set KAFKA_SASL_MECHANISM to one that the broker supports \(PLAIN, /,
    ],
  ])('the message names cause and remedy when a connection to Kafka fails: %s', (_, connect, message) =>
    expect(connect()).rejects.toThrow(message),
  );
});

describe('a missing right in Kafka', () => {
  const as = (name: SecuredUser): Kafka =>
    connectKafka({ brokers: [servers.kafka.saslSsl], ssl: { ca }, sasl: user(name), clientId: 'test', log });

  it('the message names operation, resource and command for a missing right to describe the configuration or to write', async () => {
    await expect(describeTopic(as('callstream-gateway'), topic)).rejects.toThrow(
      /is not authorized to DescribeConfigs topic "call-events"\. .*--allow-principal User:callstream-gateway --operation DescribeConfigs --topic call-events/,
    );
    await using publisher = openPublisher(as('callstream-gateway'));
    const record = { topic, partition: 0, key: 'x', value: Buffer.from('{}'), headers: {} };
    await expect(publisher.publishBatch([record])).rejects.toThrow(/is not authorized to Write/);
  });
  it('a projector without the right to its consumer group exits, and names the right', async () => {
    const group = (await documentedAcls()).filter(({ name }) => name === 'callstream-projector');
    await disallow(servers.admin, group);
    try {
      const env = { ...projectorEnv('PLAIN'), ADMIN_HOST: '127.0.0.1', PROJECTOR_ADMIN_PORT: '0', LOG_LEVEL: 'info' };
      const service = launch({ name: 'projector', args: ['apps/projector/src/main.ts', 'run'], env });
      expect(await service.exited).toBe(1);
      expect(service.tail()).toMatch(
        /is not authorized to Read group .*callstream-projector.*--operation Read --group callstream-projector/,
      );
    } finally {
      await allow(servers.admin, group);
    }
  });
});

describe('a refused connection to Postgres', () => {
  const read = async (url: string): Promise<unknown> => {
    const db = connectTables({ url, max: 1 });
    return readPositions(db).finally(() => db.end());
  };
  const at = (name: SecuredUser, parameters?: string, password: string = passwords[name]): string => {
    const url = new URL(servers.databaseUrl(name, parameters));
    url.password = encodeURIComponent(password);
    return url.href;
  };
  const trusted = (): string => `sslrootcert=${servers.authority.certificate}`;
  it.each<[string, () => string, RegExp]>([
    ['a connection without TLS', () => at('callstream-gateway', ''), /no encryption.*sslmode=verify-full/],
    [
      'an unknown certificate authority',
      () => at('callstream-gateway', 'sslmode=verify-full'),
      /authority.*sslrootcert/,
    ],
    [
      'a host name that is not in the certificate',
      () => at('callstream-gateway', `sslmode=verify-full&${trusted()}`).replace('localhost', '127.0.0.1'),
      /127\.0\.0\.1.*sslmode=verify-ca/,
    ],
    ['no client certificate', () => at('callstream-projector'), /certificate.*sslcert=<file>/],
    ['a wrong password', () => at('callstream-gateway', undefined, 'wrong'), /password authentication.*DATABASE_URL/],
  ])('the message names cause and remedy when a connection to Postgres fails: %s', (_, url, message) =>
    expect(read(url())).rejects.toThrow(message),
  );

  it('the message names the remedy for a user without its role, and for a database without tables', async () => {
    await servers.sql('revoke callstream_gateway from "callstream-gateway"');
    try {
      await expect(read(at('callstream-gateway'))).rejects.toThrow(/does not exist.*migrate.*roles\.sql/);
    } finally {
      await servers.sql('grant callstream_gateway to "callstream-gateway"');
    }
    const withoutTables = at('callstream-gateway').replace('/callstream?', '/postgres?');
    await expect(read(withoutTables)).rejects.toThrow(/does not exist.*npm run projector -- migrate/);
  });
  it('sslmode verify-ca and require accept another host name', async () => {
    for (const parameters of [`sslmode=verify-ca&${trusted()}`, 'sslmode=require'])
      await read(at('callstream-gateway', parameters).replace('localhost', '127.0.0.1'));
  });
});
