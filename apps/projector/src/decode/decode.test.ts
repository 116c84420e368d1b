import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kinds } from '@callstream/domain';
import { describeFact } from './describe-fact.ts';

const capture = join(import.meta.dirname, '../../../../fixtures/pbx/ami.ndjson');
const ofTheCapture = [
  '--extension',
  '_2XX',
  '--queue-context',
  'q-support=support',
  '--queue-context',
  'q-sales=sales',
];

let folder = '';
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'callstream-decode-'))));
afterAll(() => rm(folder, { recursive: true }));

interface Decoded {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `npm run decode`, as a process without any setting. */
const decode = (...args: string[]): Promise<Decoded> =>
  new Promise((resolve) => {
    const command = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'main.ts'), ...args];
    const env = { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
    execFile(process.execPath, command, { env, maxBuffer: 10_000_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
const decodeText = async (lines: string | Buffer, ...args: string[]): Promise<Decoded> => {
  const file = join(folder, 'capture.ndjson');
  await writeFile(file, lines);
  return decode(file, ...args);
};

it('shows what each line of a capture of Asterisk means, and what follows from all of them', async () => {
  const { code, out } = await decode(capture, '--source', 'asterisk', ...ofTheCapture);
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines[16]).toBe(
    '    17  21:18:19.073  1795900699.1        Newchannel            the call begins (inbound), from 1001 to 800',
  );
  expect(lines[25]).toContain('AgentConnect          Agent 200 enters the call; the call is answered');
  // An answer of the PBX has no time of its own.
  expect(lines[2]).toMatch(/^ {5}3 ~21:18:13\.069 /);
  expect(lines.slice(-7)).toEqual([
    'Lines: 1576, with a problem: 0, duplicates: 0.',
    'Calls, inbound: answered 45, ended before queue 2, abandoned 13, flowed out 3.',
    'Calls, internal: answered 4.',
    'Calls, outbound: connected 2, not connected 2.',
    'Queue support: answered 36, abandoned 9, timed out 1, by key 1, empty 1.',
    'Queue sales: answered 13, abandoned 4, timed out 1, full 1.',
    'No call is open at the end.',
  ]);
});

it('shows webhooks of Teravoz, duplicates and calls that stay open', async () => {
  const waiting = '{"type":"call.waiting","call_id":"a","queue":"900","timestamp":"2026-03-02T13:00:00Z"}\n';
  const { code, out } = await decodeText(`${waiting}\n${waiting}`);
  expect(code).toBe(0);
  expect(out).toContain(
    '     1  13:00:00.000  a                   call.waiting          the caller waits in the queue 900',
  );
  expect(out).toContain('Lines: 2, with a problem: 0, duplicates: 1.');
  expect(out).toContain('Open at the end: a.');
});

it('shows why a line is no event, also a binary one, goes on, and exits with 1', async () => {
  const bad = Buffer.concat([
    Buffer.from('{"Event":"QueueCallerJoin"}\n{"Event":"AgentCalled","Linkedid":"1.1"}\n'),
    Buffer.from([0xff, 0x00, 0xfe, 0x0a]),
    Buffer.from(`"${'x'.repeat(1_000_000)}"\n{"Event":"Hangup","Linkedid":"1.1","Uniqueid":"1.1"}\n`),
  ]);
  const { code, out } = await decodeText(bad, '--source', 'asterisk');
  expect(code).toBe(1);
  expect(out).toMatch(/ 1 .* QueueCallerJoin +changes nothing: it does not name its call, or its agent\n/);
  expect(out).toMatch(/ 2 .* AgentCalled +changes nothing: it does not name its call, or its agent\n/);
  expect(out).toContain('     3  problem: The body is not UTF-8.');
  expect(out).toContain('     4  problem: The body is not a JSON object.');
  expect(out).toMatch(/ 5 .* the call ends\n/);
  expect(out).toContain('Lines: 5, with a problem: 2');
});

it('has one line of JSON for each line with --json, and a summary', async () => {
  const event =
    '{"Event":"AgentConnect","Linkedid":"1.1","Timestamp":"1795900702.314253","Queue":"support","MemberName":"Ana"}';
  const { out } = await decodeText(`${event}\nx\n`, '--source', 'asterisk', '--source-name', 'lisbon', '--json');
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toEqual([
    {
      line: 1,
      at: '2026-11-28T21:18:22.314Z',
      clock: 'own',
      call_id: 'lisbon:1.1',
      type: 'AgentConnect',
      facts: [
        { kind: 'actor.entered', actor: 'lisbon:Ana', queue: 'lisbon:support', means: 'lisbon:Ana enters the call' },
        { kind: 'call.ongoing', queue: 'lisbon:support', means: 'the call is answered' },
      ],
    },
    { line: 2, problem: 'The body is not JSON.' },
    {
      summary: {
        lines: 2,
        problems: 1,
        duplicates: 0,
        calls: { inbound: { answered_without_queue: 1 } },
        open: ['lisbon:1.1'],
        queues: {},
      },
    },
  ]);
});

it('shows what the lines of a queue_log mean, as an import of it would count them', async () => {
  const { code, out } = await decode(join(capture, '../queue_log.txt'), '--source', 'asterisk');
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines[8]).toMatch(
    /^ {5}9 {2}21:18:28\.000 {2}1795900699\.1 +COMPLETECALLER +Agent 200 leaves the call; the call ends$/,
  );
  expect(lines.slice(-5)).toEqual([
    'Lines: 235, with a problem: 0, duplicates: 0.',
    'Calls, inbound: answered 47, abandoned 13, flowed out 1.',
    'Queue support: answered 36, abandoned 9, timed out 1, by key 1.',
    'Queue sales: answered 13, abandoned 4, timed out 1.',
    'No call is open at the end.',
  ]);
});

it('prints no control characters of a capture', async () => {
  const line = '{"type":"call.waiting","call_id":"\\u001b[31m\\u009b","queue":"\\u0007\\u202e"}\n';
  for (const args of [[], ['--json']])
    expect((await decodeText(line, ...args)).out).not.toMatch(/[\u001b\u0007\u009b\u202e]/);
});

it('says what is wrong with its arguments', async () => {
  for (const [args, message] of [
    [['none.ndjson'], /none\.ndjson cannot be read: ENOENT/],
    [['--source', 'nope', capture], /nope.*teravoz, asterisk/],
    [[capture, '--queue-context', 'q-sales'], /--queue-context q-sales: expected a context and its queue/],
    [[capture, '--extension', '_2[0-4'], /"_2\[0-4" has a "\[" without its "\]"/],
  ] as const) {
    const { code, err } = await decode(...args);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  }
});

it('has words for every kind of fact', () => {
  for (const kind of kinds) expect(describeFact({ kind })).toMatch(/^[\w ,().;:]+$/);
  expect(describeFact({ kind: 'unheard-of' })).toBe('not known: it is stored, and changes nothing');
});
