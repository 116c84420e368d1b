import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { testKafkaBrokers } from '@callstream/stack';
import { poolOf } from '@callstream/tables/testing';
import { startProjector } from '../../testing/projector.ts';
import { body, createFixture, event, silent } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';
import { readDlq } from './dlq.ts';
import type { DeadLetterDecision } from './entries.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const huge = Buffer.from(`{"type":"late","call_id":"late","x":"${'x'.repeat(300_000)}"}`);
const odd = Buffer.from('\u001b[31mno\nJSON \u009b31m\u202E');

let fixture: ProjectorFixture;
/** What a command prints as its error if Kafka does not answer. It waits for Kafka, so it starts before the tests. */
let errorWithoutKafka: Promise<string>;
beforeAll(async () => {
  errorWithoutKafka = new Promise((resolve) => {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const env = { PATH, NODE_COMPILE_CACHE, KAFKA_BROKERS: '127.0.0.1:1' };
    execFile(process.execPath, [main, 'dlq', 'list'], { env }, (_error, _out, err) => resolve(err));
  });
  fixture = await createFixture({ dlqMessageBytesMax: 100_000 });
  await poolOf(fixture.db).query(`alter table events add constraint bug check (type <> 'late') not valid`);
  await fixture.produce(
    { value: odd, headers: { ce_id: 'as it was' } },
    { value: Buffer.from([0xff, 0xfe]), partition: 1, key: null },
    { value: body({ type: 'late', call_id: 'c', timestamp: '2026-03-02T13:00:00Z' }), partition: 1 },
    { value: event('good') },
    { value: huge, partition: 1 },
  );
  await using _projector = await startProjector(fixture);
  await fixture.untilProjected();
});
afterAll(() => fixture[Symbol.asyncDispose]());

interface DlqCommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `npm run projector -- dlq …`, as a process. */
const dlq = (...args: string[]): Promise<DlqCommandResult> =>
  new Promise((resolve) => {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const env = { PATH, NODE_COMPILE_CACHE, KAFKA_BROKERS: testKafkaBrokers().join(), KAFKA_TOPIC: fixture.topic };
    const command = ['--disable-warning=ExperimentalWarning', main, 'dlq', ...args];
    execFile(process.execPath, command, { env, maxBuffer: 10_000_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });

const listed = async (...args: string[]): Promise<unknown[]> =>
  (await dlq('list', '--json', ...args)).out
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { id: unknown }).id)
    .toSorted();

/** The entries with this decision (null: open ones), read in this process: a process each time would take most of the time of these tests. */
const idsBy = async (decision: DeadLetterDecision | null): Promise<string[]> =>
  (await readDlq({ ...fixture, log: silent })).entries
    .filter((entry) => entry.decision === decision)
    .map(({ id }) => id)
    .toSorted();

it('list prints dead letters with their reasons, and a summary', async () => {
  const { out, code } = await dlq('list');
  expect(code).toBe(0);
  expect(out).toMatch(/^ID +DEAD-LETTERED AT +KIND +BYTES +KEY +STATE +REASON\n/);
  expect(out).toMatch(/^0:0 .*undecodable .*open +The body is not JSON\.$/m);
  expect(out).toMatch(/^1:1 .*refused .*open +Postgres refuses it with 23514/m);
  expect(out).toMatch(/^1:2 .*in the log/m);
  expect(out).toContain('4 open, 0 replayed, 0 dropped.');
  expect(out).toMatch(/^ +2 {2}Postgres refuses it/m);
});

it('list filters by kind, partition, reason, time and number', async () => {
  const filters = [
    ['--kind', 'refused'],
    ['--partition', '0'],
    ['--reason', 'UTF-8'],
    ['--until', '2026-01-01'],
  ];
  expect(await Promise.all(filters.map((filter) => listed(...filter)))).toEqual([['1:1', '1:2'], ['0:0'], ['1:0'], []]);
  expect(await listed('--limit', '1')).toHaveLength(1);
});

it('show prints an entry unchanged, except for control characters', async () => {
  const { out } = await dlq('show', '0:0', '1:0');
  expect(out).toContain('header     ce_id: as it was');
  expect(out).toContain('\uFFFD[31mno\uFFFDJSON \uFFFD31m\uFFFD');
  expect(out).toContain(Buffer.from([0xff, 0xfe]).toString('base64'));
  const shown = JSON.parse((await dlq('show', '1:2', '--json')).out) as { value: string; reference: boolean };
  expect([shown.reference, shown.value]).toEqual([true, huge.toString()]);
});

it('--json has control characters of C1 and of bidirectional text as escapes', async () => {
  const { out } = await dlq('show', '0:0', '--json');
  expect(out).toContain('\\u001b[31mno\\nJSON \\u009b31m\\u202e');
  expect(out).not.toMatch(/[\u0080-\u009f\u202E]/);
  expect((JSON.parse(out) as { value: string }).value).toBe(odd.toString());
});

it('an ambiguous or malformed command fails with the reason, and changes nothing', async () => {
  for (const [args, message] of [
    [['drop'], /No entries selected/],
    [['replay', '7:7'], /no entry 7:7/],
    [['replay', '0:0', '--all'], /not both/],
    [['list', '--since', 'yesterday'], /Not a timestamp/],
    [['list', '--kind', 'x'], /Allowed choices are undecodable, refused/],
    [['lsit'], /unknown command 'lsit'/],
  ] as const) {
    const { code, err, out } = await dlq(...args);
    expect([args, code]).toEqual([args, 1]);
    expect(err).toMatch(message);
    expect(out).toBe('');
  }
  expect(await idsBy(null)).toHaveLength(4);
});

it('--help has examples', async () => {
  expect((await dlq('--help')).out).toMatch(/list.*show.*replay.*drop.*npm run projector -- dlq show 3:1042/s);
  expect((await dlq('replay', '--help')).out).toMatch(/--dry-run/);
});

it('drop is a decision that is listed and can be undone', async () => {
  expect((await dlq('drop', '--reason', 'UTF-8', '--dry-run')).out).toBe('1 entries would be dropped.\n');
  expect(await idsBy(null)).toHaveLength(4);
  expect((await dlq('drop', '--reason', 'UTF-8')).out).toBe('1 dropped.\n');
  expect(await listed()).toEqual(['0:0', '1:1', '1:2']);
  expect(await listed('--all')).toEqual(['0:0', '1:0', '1:1', '1:2']);
  expect(await idsBy('dropped')).toEqual(['1:0']);
  expect((await dlq('drop', '1:0')).err).toMatch(/was dropped at .*--again/);
});

it('replay appends the original records of valid events, and the tables become the fold of the log', async () => {
  await poolOf(fixture.db).query('alter table events drop constraint bug');
  expect((await dlq('replay', '--all')).out).toMatch(/^2 replayed\. 1 are still no events and stay/);
  expect(await idsBy(null)).toEqual(['0:0']);
  const log = await fixture.read();
  const [original, big, again, bigAgain] = log.filter(({ partition }) => partition === 1).slice(1);
  expect(again!.value).toEqual(original!.value);
  expect([again!.key, bigAgain!.value]).toEqual([original!.key, big!.value]);
  await using _projector = await startProjector(fixture);
  // The tables never had the first deliveries; a rebuild would count them.
  await fixture.expectFold(
    ({ partition, offset }) => partition === 1 && [original!.offset, big!.offset].includes(offset),
  );
});

it('a record that is still no event is replayed only with --force, and becomes a new entry', async () => {
  expect((await dlq('replay', '0:0')).out).toMatch(/^0 replayed/);
  expect((await dlq('replay', '0:0', '--force')).out).toBe('1 replayed.\n');
  await using _projector = await startProjector(fixture);
  await fixture.untilProjected();
  expect(await idsBy(null)).toEqual(['0:2']);
  expect((await dlq('show', '0:2')).out).toContain('header     ce_id: as it was');
  expect((await dlq('replay', '0:0')).err).toMatch(/was replayed at .*--again/);
});

it('a command fails with the remedy when Kafka does not answer', async () => {
  expect(await errorWithoutKafka).toMatch(
    /Kafka does not answer at 127\.0\.0\.1:1.*Start it \(npm start\), or set KAFKA_BROKERS/,
  );
});
