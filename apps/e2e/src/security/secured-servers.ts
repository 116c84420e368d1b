import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKafka, createLog } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { createAuthority, startPostgres, startSecuredKafka } from '@callstream/stack';
import type { Authority, Certificate, PostgresServer, SecuredKafka } from '@callstream/stack';
import { connectTables } from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';
import { startIdentityServer } from './identity-server.ts';
import type { IdentityServer } from './identity-server.ts';

/** Passwords by user, for Kafka and Postgres. The first one needs escaping in URLs and shells. */
export const passwords = {
  'callstream-migrate': 'm:/?#[]@!$&%41',
  'callstream-ingest': 'ingest-secret',
  'callstream-projector': 'projector-secret',
  'callstream-gateway': 'gateway-secret',
  'callstream-operator': 'operator-secret',
} as const;
export type SecuredUser = keyof typeof passwords;

/** Kafka and Postgres that require TLS and authentication, with ACLs and roles. */
export interface SecuredServers extends AsyncDisposable {
  readonly authority: Authority;
  readonly kafka: SecuredKafka;
  /** Gives tokens for Kafka to each user, with its password as secret and the scope `kafka`. */
  readonly identity: IdentityServer;
  /** Kafka client of the administrator. */
  readonly admin: Kafka;
  readonly postgres: PostgresServer;
  /** Users have the roles of the guide; the projector needs a client certificate, too. */
  readonly databaseUrl: (user: SecuredUser, parameters?: string) => string;
  /** Path of a file with the user's password, like a secret of an orchestrator. */
  readonly passwordFile: (user: SecuredUser) => string;
  readonly certificates: Readonly<Record<SecuredUser, Certificate>>;
  /** Runs SQL as superuser. */
  readonly sql: (statements: string) => Promise<unknown>;
}

const users = Object.keys(passwords) as SecuredUser[];
const rolesScript = join(import.meta.dirname, '../../../../libs/tables/src/roles.sql');

export async function startSecuredServers(): Promise<SecuredServers> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'callstream-secured-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const authority = await createAuthority(join(folder, 'certificates'));
  const identity = cleanup.use(await startIdentityServer(passwords));
  const started = await Promise.allSettled([
    startSecuredKafka({
      dataDir: join(folder, 'kafka'),
      authority,
      users: { ...passwords, 'callstream-migrate': 'unused' },
      tokens: identity,
    }),
    startPostgres({ dataDir: join(folder, 'postgres'), fsync: false, authority }),
  ]);
  for (const result of started) if (result.status === 'fulfilled') cleanup.use(result.value);
  const [kafka, postgres] = started;
  if (kafka.status === 'rejected') throw kafka.reason;
  if (postgres.status === 'rejected') throw postgres.reason;

  const certificates = {} as Record<SecuredUser, Certificate>;
  for (const user of users) certificates[user] = await authority.issue(user);
  const passwordFile = (user: SecuredUser): string => join(folder, `${user}.password`);
  for (const user of users) await writeFile(passwordFile(user), `${passwords[user]}\n`);

  const { port } = new URL(postgres.value.url);
  const databaseUrl = (
    user: SecuredUser,
    parameters = `sslmode=verify-full&sslrootcert=${authority.certificate}`,
  ): string => `postgres://${user}@localhost:${port}/callstream?${parameters}`;
  const sql = async (statements: string): Promise<unknown> => {
    const db = connectTables({ url: `${postgres.value.url}?sslmode=require`, max: 1 });
    return poolOf(db)
      .query(statements)
      .finally(() => db.end());
  };
  await sql(await readFile(rolesScript, 'utf8'));
  await sql(`create role certified nologin`);
  for (const [user, role] of [
    ['callstream-migrate', 'callstream_migrator'],
    ['callstream-projector', 'callstream_projector, certified'],
    ['callstream-gateway', 'callstream_gateway'],
    ['callstream-operator', 'callstream_migrator'],
  ] as const)
    await sql(`create role "${user}" login password '${passwords[user]}' in role ${role}`);
  for (const user of ['callstream-migrate', 'callstream-operator'] as const)
    await sql(`alter role "${user}" set role = callstream_migrator`);

  const log = createLog({ service: 'e2e', level: 'silent' });
  const admin = connectKafka({ brokers: [kafka.value.brokers], clientId: 'administrator', log });
  const owned = cleanup.move();
  return {
    authority,
    kafka: kafka.value,
    identity,
    admin,
    postgres: postgres.value,
    certificates,
    databaseUrl,
    passwordFile,
    sql,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
