import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@callstream/stack';
import { addEvents, poolOf } from '@callstream/tables/testing';
import { readLog } from '../log/read-log.ts';
import { produceWebhooks } from '../log/produce-webhooks.ts';
import { execCommand } from '../system/service-process.ts';
import { deadlineMs, startDelegatedSystem } from './delegated-system.ts';
import type { DelegatedSystem, DelegatorProcess } from './delegated-system.ts';
import { expectAccounted } from './expect-accounted.ts';

let system: DelegatedSystem;
let delegator: DelegatorProcess;
const known = '11988887777';
/** The default ones: a busy machine may not answer within those of the other tests. */
const patientMs = 8_000;
const patient = { DELEGATOR_DEADLINE_MS: String(patientMs), DELEGATOR_TIMEOUT_MS: '4000' };
beforeAll(async () => {
  system = await startDelegatedSystem();
  const call = { call_id: 'earlier', direction: 'inbound', our_number: '1130300000', their_number: `+55${known}` };
  await addEvents(system.db, [
    { ...call, type: 'call.new', timestamp: '2026-03-02T13:00:00Z' },
    { ...call, type: 'call.waiting', queue: '910', timestamp: '2026-03-02T13:00:05Z' },
    { ...call, type: 'call.finished', timestamp: '2026-03-02T13:01:00Z' },
  ]);
  // A first delegator begins at the end of the log: what was there before is not answered.
  await system.standBy({ call_id: 'before' });
  delegator = await system.startDelegator(patient);
});
afterAll(() => system[Symbol.asyncDispose]());

const readyz = async (): Promise<string> => (await fetch(`http://127.0.0.1:${delegator.adminPort}/readyz`)).text();

it('known callers go to 901 in whatever spelling, first calls and withheld numbers to 900', async () => {
  const numbers = [known, `+55${known}`, `0${known}`, '(11) 98888-7777', '11977776666', 'anonymous', ''];
  const callIds: string[] = [];
  for (const their_number of numbers) callIds.push(await system.standBy({ their_number }));
  const outcomes = await system.untilSaid(callIds);
  expect(callIds.map((id) => outcomes.get(id)?.destination)).toEqual(['901', '901', '901', '901', '900', '900', '900']);
  expect(await expectAccounted(system, callIds, patientMs)).toEqual({ sent: numbers.length });
  const { rule } = outcomes.get(callIds[0] ?? '') ?? {};
  const events = await readLog(system.kafka, system.topic);
  const [event] = events.filter(({ callId, source }) => callId === callIds[0] && source === 'delegator');
  expect(event).toMatchObject({ type: 'delegation.sent', destination: '901' });
  expect(JSON.parse(event?.json ?? '')).toMatchObject({ rule, latency_ms: expect.any(Number) as number });
});

it('a call is answered once, however often its standby comes; too late or too old ones are not', async () => {
  const callId = await system.standBy();
  await system.standBy({ call_id: callId });
  await system.standBy({ call_id: callId, sid: 'another event' });
  const late = await system.standBy({}, Date.now() - patientMs - 1_000);
  const old = await system.standBy({}, Date.now() - 2 * 3_600_000);
  const forged = JSON.stringify({ type: 'delegation.sent', call_id: 'forged', destination: '900' });
  await produceWebhooks(system, [forged], Date.now());
  const last = await system.standBy();
  const counts = await expectAccounted(system, [callId, late, last], patientMs);
  expect(counts).toEqual({ sent: 2, late: 1 });
  const { rows } = await poolOf(system.db).query<{ call_id: string }>(
    'select call_id from callstream.delegations where call_id = any($1::text[])',
    [[old, 'before', 'forged']],
  );
  expect(rows).toEqual([]);
});

it('a delegator takes over from another one, and continues where it stopped', async () => {
  await delegator.service.stop();
  const callId = await system.standBy();
  delegator = await system.startDelegator(patient);
  expect(await expectAccounted(system, [callId], patientMs)).toEqual({ sent: 1 });
});

it('a provider that is down gets the call once it is back, unless the deadline is over', async () => {
  await system.providerProxy.refuse();
  const sent = await system.standBy();
  await system.providerProxy.resume();
  expect(await expectAccounted(system, [sent], patientMs)).toEqual({ sent: 1 });
  await delegator.service.stop();
  delegator = await system.startDelegator();
  await system.providerProxy.refuse();
  const failed = await system.standBy();
  expect(await expectAccounted(system, [failed])).toEqual({ failed: 1 });
  await system.providerProxy.resume();
});

it('while Postgres is away no call is answered, and each is said to be late afterwards', async () => {
  await system.postgres.refuse();
  const callIds = [await system.standBy(), await system.standBy(), await system.standBy()];
  await until(async () => (await readyz()).includes('No call is answered'), {
    onTimeout: () => new Error('still ready'),
  });
  const last = system.receivedAt.get(callIds[2] ?? '') ?? 0;
  await until(() => Date.now() > last + deadlineMs, { onTimeout: () => new Error('deadline') });
  await system.postgres.resume();
  expect(await expectAccounted(system, callIds)).toEqual({ late: 3 });
});

it.each([
  ['500=1', 'failed'],
  ['slow=1', 'unknown'],
  ['lost=1', 'unknown'],
])('with the fault %s of the provider a call is %s, and never sent again', async (fault, outcome) => {
  await system.provider.kill();
  await system.provider.start('--fault', fault);
  expect(await expectAccounted(system, [await system.standBy()])).toEqual({ [outcome]: 1 });
});

it('wrong credentials are reported by /readyz and by check, and are in no line of the log', async () => {
  await system.provider.kill();
  await system.provider.start('--password', 'another');
  expect(await expectAccounted(system, [await system.standBy()])).toEqual({ failed: 1 });
  expect(await readyz()).toContain('check DELEGATOR_USER and DELEGATOR_PASSWORD');
  const checked = await execCommand({ args: ['apps/delegator/src/main.ts', 'check'], env: system.env });
  expect(checked).toMatchObject({ code: 1, err: expect.stringContaining('401') as string });
  const written = [delegator.service.tail(), checked.out, checked.err].join();
  expect(written).not.toContain('simulated');
  expect(written).not.toContain(Buffer.from('callstream:simulated').toString('base64'));
});

it('other rules can be tried for a call, and replayed for a period', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-rules-'));
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  const file = join(folder, 'rules.yaml');
  await writeFile(
    file,
    'rules:\n  - {name: from 910, when: {last_queue: 910}, destination: 902}\n  - {name: all, destination: 900}\n',
  );
  const standby = { type: 'call.standby', direction: 'inbound', our_number: '1130300000', their_number: known };
  await poolOf(system.db).query(`update calls set created_at = '2026-03-02T13:00:00Z' where call_id = 'earlier'`);
  await addEvents(system.db, [{ ...standby, call_id: 'tried', timestamp: '2026-03-03T10:00:00Z' }]);
  const env = { ...system.env, DELEGATION_RULES: file };
  const delegate = async (...args: string[]): Promise<unknown> => {
    const { code, out, err } = await execCommand({ args: ['apps/delegator/src/main.ts', ...args, '--json'], env });
    if (code !== 0) throw new Error(err);
    return JSON.parse(out) as unknown;
  };
  const period = ['--from', '2026-03-03T00:00:00Z', '--to', '2026-03-04T00:00:00Z'];
  const [tried, replayed] = await Promise.all([delegate('try', 'tried'), delegate('replay', ...period)]);
  expect(tried).toMatchObject({ rule: 'from 910', destination: '902', known: { calls: 1, lastQueue: '910' } });
  expect(replayed).toMatchObject({ calls: 1, rules: [{ rule: 'from 910', calls: 1 }, { calls: 0 }], unmatched: 0 });
});
