import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  downloadPostgres,
  startKafka,
  startPostgres,
  testDatabase,
  testKafkaBrokers,
  testTopicName,
} from '@callstream/stack';
import { poolOf } from '@callstream/tables/testing';
import { hasPgBouncer, startPgBouncer } from '../postgres/pgbouncer.ts';
import { hasCaddy, startCaddy } from '../proxies/caddy.ts';
import { boardHost, missingForNginx, startNginx, webhookHost } from '../proxies/nginx.ts';
import type { Nginx } from '../proxies/nginx.ts';
import { startSystem } from '../system/system.ts';
import { startTestSystem } from '../system/test-system.ts';
import { recordThrough, recordVersions } from './results.ts';
import { tryOut } from './try-out.ts';
import { tryProxy } from './try-proxy.ts';
import type { ProxiedAddresses } from './try-proxy.ts';
import { triedVersions } from './versions.ts';

const node = process.versions.node;
const search = Object.assign({}, process.env, { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` });

/** The version that a command prints. */
async function versionOf(command: string, flag: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(command, [flag], { env: search });
  return /\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? 'unknown';
}

it.each(triedVersions)(
  'callstream works with Kafka $kafka and PostgreSQL $postgres',
  async ({ kafka: kafkaVersion, postgres: postgresVersion }) => {
    await using cleanup = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'callstream-versions-'));
    cleanup.defer(() => rm(folder, { recursive: true, force: true }));
    const env = Object.assign({}, process.env, { CALLSTREAM_TEST_KAFKA_VERSION: kafkaVersion });
    const kafka = cleanup.use(await startKafka({ dataDir: join(folder, 'kafka'), env }));
    const binaries = await downloadPostgres(postgresVersion);
    const postgres = cleanup.use(await startPostgres({ dataDir: join(folder, 'postgres'), fsync: false, binaries }));
    const system = cleanup.use(
      await startSystem({ brokers: [kafka.brokers], topic: 'call-events', databaseUrl: postgres.url }),
    );
    const tried = await tryOut(system);
    const { rows } = await poolOf(system.db).query<{ version: string }>(
      `select current_setting('server_version') as version`,
    );
    recordVersions({ kafka: kafkaVersion, postgres: rows[0]?.version ?? '', node, tried });
  },
  300_000,
);

(hasPgBouncer ? it : it.skip)('callstream works through PgBouncer', async () => {
  await using cleanup = new AsyncDisposableStack();
  const database = cleanup.use(await testDatabase());
  const { url } = cleanup.use(await startPgBouncer(database.url, 'session'));
  const system = cleanup.use(
    await startSystem({ brokers: testKafkaBrokers(), topic: testTopicName(), databaseUrl: url }),
  );
  const tried = await tryOut(system);
  recordThrough({ name: 'PgBouncer, session pooling', version: await versionOf('pgbouncer', '--version'), tried });
});

const behindProxy = {
  INGEST_HOSTS: webhookHost,
  INGEST_TRUSTED_PROXIES: '127.0.0.1',
  GATEWAY_TRUSTED_PROXIES: '127.0.0.1',
  GATEWAY_ORIGINS: boardHost,
};

const addressesOf = ({ port, connect }: Pick<Nginx, 'port' | 'connect'>): ProxiedAddresses => ({
  webhookUrl: `https://${webhookHost}:${port}/webhook`,
  socketUrl: `wss://${boardHost}:${port}/`,
  origin: `https://${boardHost}`,
  connect,
});

((await missingForNginx()) === null ? it : it.skip)('callstream works behind nginx', async () => {
  await using system = await startTestSystem({ settings: behindProxy });
  const [ingest, gateway] = [Number(system.env['INGEST_PORT']), Number(system.env['GATEWAY_PORT'])];
  await using nginx = await startNginx('nginx.conf', { 3000: ingest, 3001: ingest, 4000: gateway, 4001: gateway });
  const tried = await tryProxy(system, addressesOf(nginx));
  recordThrough({ name: 'nginx', version: await versionOf('nginx', '-v'), tried });
});

(hasCaddy ? it : it.skip)('callstream works behind Caddy', async () => {
  await using system = await startTestSystem({ settings: behindProxy });
  const { INGEST_PORT: ingest = '', INGEST_ADMIN_PORT: admin = '', GATEWAY_PORT } = system.env;
  const gateway = Number(GATEWAY_PORT);
  await using caddy = await startCaddy({
    example: 'Caddyfile',
    hosts: [webhookHost, boardHost],
    gateways: [gateway, gateway],
    replacements: {
      '10.0.0.11:3000 10.0.0.12:3000': `127.0.0.1:${ingest}`,
      'health_port 9101': `health_port ${admin}`,
    },
  });
  const tried = await tryProxy(system, addressesOf(caddy));
  recordThrough({ name: 'Caddy', version: await versionOf('caddy', 'version'), tried });
});
