import { randomUUID } from 'node:crypto';
import { freePort, testDatabase, until } from '@callstream/stack';
import { poolOf } from '@callstream/tables/testing';
import { amiSecret, amiUser, startAmiServer } from '../asterisk/ami-server.ts';
import { execCommand } from '../system/service-process.ts';
import type { CommandExit } from '../system/service-process.ts';
import { commandOf } from '../system/system.ts';
import type { ServiceName, System } from '../system/system.ts';
import { startTestSystem } from '../system/test-system.ts';

interface DoctorReport {
  readonly service: string;
  readonly ok: boolean;
  readonly findings: readonly { readonly check: string; readonly state: string; readonly text: string }[];
}

let system: System;
beforeAll(async () => {
  system = await startTestSystem({ services: [] });
});
afterAll(() => system[Symbol.asyncDispose]());

const withEnv = (env: Readonly<Record<string, string>>) => Object.assign({}, system.env, env);

/** The problems that the doctor of a service finds. */
async function problemsOf(service: ServiceName | 'asterisk', env: Readonly<Record<string, string>>): Promise<string[]> {
  const args = [`apps/${service}/src/main.ts`, 'doctor', '--json'];
  const { code, out } = await execCommand({ args, env: withEnv(env) });
  const { ok, findings } = JSON.parse(out) as DoctorReport;
  expect([code, ok]).toEqual(findings.some(({ state }) => state === 'failed') ? [1, false] : [0, true]);
  return findings.filter(({ state }) => state === 'failed').map(({ check, text }) => `${check}: ${text}`);
}

/** The URL of the system's database for a new user without any rights. */
async function urlOfStranger(cleanup: AsyncDisposableStack): Promise<string> {
  const name = `stranger_${randomUUID().slice(0, 8)}`;
  await poolOf(system.db).query(`create role ${name} login password 'secret'`);
  cleanup.defer(async () => {
    await poolOf(system.db).query(`drop role ${name}`);
  });
  const url = new URL(system.env['DATABASE_URL'] ?? '');
  [url.username, url.password] = [name, 'secret'];
  return url.href;
}

const start = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<CommandExit> =>
  execCommand({ args, env: withEnv(env) });

it('npm run doctor finds nothing wrong with servers that fit, and reports on each service', async () => {
  const { code, out } = await start(['tools/doctor.ts', '--json'], {});
  const reports = JSON.parse(out) as DoctorReport[];
  expect([code, reports.map(({ service, ok }) => [service, ok])]).toEqual([
    0,
    [['ingest', true], ['projector', true], ['gateway', true]], // prettier-ignore
  ]);
  expect(reports.flatMap(({ findings }) => findings.map(({ check }) => check))).toEqual(
    expect.arrayContaining([
      'settings',
      'Kafka',
      `topic ${system.topic}`,
      `topic ${system.topic}-dlq`,
      'Postgres',
      'spool',
    ]),
  );
  const forPeople = await start(['tools/doctor.ts'], {});
  expect(forPeople.out).toMatch(/^projector\n {2}ok +settings: valid\n[^]*ok +Postgres: version \d+/m);
});

it('npm run doctor checks the PBX too where a connector is set up: its rights, queues and timestampevents', async () => {
  await using pbx = await startAmiServer({ nowAt: 0 });
  const env = {
    ASTERISK_HOST: '127.0.0.1',
    ASTERISK_PORT: String(pbx.port),
    ASTERISK_USER: amiUser,
    ASTERISK_SECRET: amiSecret,
    ASTERISK_INGEST_URL: `http://127.0.0.1:${await freePort()}`,
  };
  const running = start(['tools/doctor.ts', '--json'], env);
  await until(() => pbx.followers() === 1, {
    onTimeout: () => new Error('It does not ask the PBX.'),
  });
  pbx.play(60_000);
  const { code, out } = await running;
  const report = (JSON.parse(out) as DoctorReport[]).find(({ service }) => service === 'asterisk');
  // Ingest does not run here.
  expect([code, report?.ok]).toEqual([1, false]);
  expect(report?.findings.map(({ check, state, text }) => `${state} ${check}: ${text}`)).toEqual([
    'ok settings: valid',
    expect.stringMatching(/^failed ingest: Ingest does not answer at .*ECONNREFUSED/),
    expect.stringMatching(/^ok PBX: The PBX answers \(Asterisk Call Manager/),
    expect.stringMatching(/^ok PBX: Queues: .*sales/),
    expect.stringMatching(/^ok PBX: The PBX says which calls there are/),
    'ok PBX: Events of class agent arrive.',
    'ok PBX: Events of class call arrive.',
    'ok PBX: Events of class dialplan arrive.',
    'ok PBX: Events have the time of the PBX (timestampevents).',
  ]);
  expect(await problemsOf('asterisk', Object.assign(env, { ASTERISK_SECRET: 'wrong' }))).toContainEqual(
    expect.stringMatching(/^PBX: The PBX refused the login of "callstream"/),
  );
});

it('the doctor names all problems at once, each with its remedy', async () => {
  await using cleanup = new AsyncDisposableStack();
  const latin1 = cleanup.use(await testDatabase({ encoding: 'LATIN1' }));
  const empty = cleanup.use(await testDatabase());
  const nothing = `127.0.0.1:${await freePort()}`;
  const url = await urlOfStranger(cleanup);
  // At once: without Kafka the doctor waits, and the others have time.
  const [withoutServers, withoutTables, withoutTopic, withoutOrigins, withoutRights] = await Promise.all([
    problemsOf('projector', { KAFKA_BROKERS: nothing, DATABASE_URL: latin1.url }),
    problemsOf('projector', { DATABASE_URL: empty.url }),
    problemsOf('gateway', { KAFKA_TOPIC: 'none', TIME_ZONE: 'AET' }),
    problemsOf('gateway', { GATEWAY_ORIGINS: '*' }),
    problemsOf('projector', { DATABASE_URL: url }),
  ]);
  expect(withoutServers).toEqual([
    expect.stringMatching(/^Kafka: .*ECONNREFUSED/),
    expect.stringMatching(/^topic /),
    expect.stringMatching(/^topic /),
    expect.stringMatching(/^topic settings: /),
    expect.stringMatching(/^reading: /),
    expect.stringMatching(/^Postgres: .*encoding LATIN1, and callstream needs UTF8.*create database/),
  ]);
  expect(withoutTables).toEqual([
    expect.stringMatching(/^Postgres: There are no tables.*npm run projector -- migrate/),
  ]);
  expect(withoutTopic).toEqual([
    expect.stringMatching(/^topic none: .*does not exist.*topics/s),
    expect.stringMatching(/^topic none-dlq: /),
    expect.stringMatching(/^topic settings: /),
    expect.stringMatching(/^reading: /),
    expect.stringMatching(/^Postgres: .*TIME_ZONE=AET\. Set TIME_ZONE to an IANA name/),
  ]);
  expect(withoutOrigins).toEqual([
    expect.stringMatching(/^settings: Invalid settings:\n {2}GATEWAY_ORIGINS: must be host names/),
  ]);
  expect(withoutRights).toEqual([
    expect.stringMatching(
      /^Postgres: The user "stranger_.*USAGE on the schema projection.*member of callstream_projector/,
    ),
  ]);
});

it('every start refuses a database without the encoding, the rights or the time zone that it needs', async () => {
  await using cleanup = new AsyncDisposableStack();
  const ascii = cleanup.use(await testDatabase({ encoding: 'SQL_ASCII' }));
  const stranger = await urlOfStranger(cleanup);
  const projector = 'apps/projector/src/main.ts';
  const refused = async (args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> => {
    const { code, err } = await start(args, env);
    expect([args, code]).toEqual([args, 1]);
    return err;
  };
  for (const args of [[projector, 'migrate'], commandOf.projector, commandOf.gateway])
    expect(await refused(args, { DATABASE_URL: ascii.url })).toMatch(/encoding SQL_ASCII, and callstream needs UTF8/);
  for (const args of [[projector, 'verify'], commandOf.projector, commandOf.gateway])
    expect(await refused(args, { DATABASE_URL: stranger })).toMatch(
      /The user .*stranger_.* lacks rights: .*roles\.sql/,
    );
  expect(await refused(commandOf.gateway, { TIME_ZONE: 'AET' })).toMatch(/TIME_ZONE=AET/);
});
