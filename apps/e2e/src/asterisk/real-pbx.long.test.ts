import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agents, FoundCalls, WholeCall } from '@callstream/contracts';
import { agents, callIds, connectManager, placeCall, startAsterisk, until } from '@callstream/stack';
import type { AsteriskServer, Manager } from '@callstream/stack';
import type { System } from '../system/system.ts';
import { expectTablesToBeFoldOfLog, startTestSystem } from '../system/test-system.ts';
import { startConnector } from './connector.ts';
import type { Connector } from './connector.ts';
import { pauseAgent, playCall, scriptedCalls } from './scripted-calls.ts';
import type { ScriptedCall } from './scripted-calls.ts';

let dataDir: string;
let pbx: AsteriskServer;
let system: System;
let connector: Connector;
let manager: Manager;
const nextId = callIds();
const startPbx = (): Promise<AsteriskServer> =>
  startAsterisk({ dataDir, print: (line) => process.stderr.write(`${line}\n`) });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'callstream-asterisk-'));
  [pbx, system] = await Promise.all([startPbx(), startTestSystem()]);
  connector = await startConnector(pbx.connector, {
    ASTERISK_USER: pbx.connector.user,
    ASTERISK_SECRET: pbx.connector.secret,
    ASTERISK_QUEUE_CONTEXTS: 'ext-queues=',
    ASTERISK_INGEST_URL: new URL(system.webhookUrl).origin,
  });
  await connector.connected();
  manager = await connectManager(pbx.calls);
}, 600_000);
afterAll(async () => {
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  for (const part of [system, pbx, connector, manager] as (AsyncDisposable | undefined)[]) stack.use(part);
});

const get = async (path: string): Promise<unknown> => {
  const response = await fetch(`${system.socketUrl.replace('ws:', 'http:')}api/${path}`);
  return response.ok ? response.json() : null;
};
const untilSettled = (differences: () => Promise<readonly string[]>): Promise<unknown> => {
  let last: readonly string[] = [];
  return until(async () => (last = await differences()).length === 0, {
    onTimeout: () => new Error(`${last.join('\n')}\n${connector.tail()}`),
  });
};

const isClose = (ms: number | null, seconds: number | null): boolean =>
  seconds === null ? ms === null || ms === 0 : ms !== null && Math.abs(ms - seconds * 1_000) <= 1_000;

/** What the API says otherwise than the script; none if all is right. */
async function differencesOf(id: string, { title, visits, talks }: ScriptedCall): Promise<string[]> {
  const answer = await get(`calls/${id}`);
  if (answer === null) return [`${title}: no call ${id}`];
  const call = WholeCall.parse(answer);
  const talked = call.agents
    .filter(({ entered_at }) => entered_at !== null)
    .map(({ actor, queue, entered_at, left_at }) => ({
      talk: [actor, queue] as const,
      ms: Date.parse(left_at ?? '') - Date.parse(entered_at ?? ''),
    }));
  const isRight =
    call.state === 'FINISHED' &&
    call.direction === 'inbound' &&
    JSON.stringify(call.visits.map(({ queue, outcome }) => [queue, outcome])) ===
      JSON.stringify(visits.map(([queue, outcome]) => [queue, outcome])) &&
    visits.every(([, , seconds], i) => isClose(call.visits[i]?.wait_ms ?? null, seconds)) &&
    JSON.stringify(talked.map(({ talk }) => talk)) === JSON.stringify(talks.map(([agent, queue]) => [agent, queue])) &&
    talks.every(([, , seconds], i) => isClose(talked[i]?.ms ?? null, seconds));
  return isRight ? [] : [`${title}: ${JSON.stringify({ state: call.state, visits: call.visits, talked })}`];
}

/** Calls that go on, and agents who ring or talk. */
async function leftOpen(): Promise<string[]> {
  const { calls } = FoundCalls.parse(await get('calls?state=NEW,WAITING,ONGOING,STANDBY'));
  const now = Agents.parse(await get('agents'));
  return [
    ...calls.map(({ aggregate_id, state }) => `${aggregate_id} is ${state}`),
    ...now.agents
      .filter(({ presence }) => presence === 'ringing' || presence === 'on_call')
      .map(({ actor, presence }) => `${actor} is ${presence}`),
  ];
}

/** The last events of a call come after its end: the log is compared once they are in it. */
async function expectTablesToBeRight(): Promise<void> {
  await connector.posted(1);
  await expectTablesToBeFoldOfLog(system);
}

const presences = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    Agents.parse(await get('agents')).agents.map(({ actor, presence }): [string, string] => [actor, presence]),
  );

/**
 * One caller who talks with Duarte, one who waits for sales, and one for whom Ana rings.
 * @returns when the three are over, or their PBX is
 */
async function placeOpenCalls(): Promise<{ readonly ended: Promise<unknown> }> {
  for (const extension of Object.keys(agents))
    await pauseAgent(manager, extension, !['201', '204'].includes(extension));
  const ended = [placeCall(manager, { id: nextId(), queue: 'sales', agents: { 204: { ringsS: 0.5 } } })];
  await untilSettled(async () => ((await presences())['Duarte'] === 'on_call' ? [] : ['Duarte does not talk']));
  ended.push(
    placeCall(manager, { id: nextId(), queue: 'sales' }),
    placeCall(manager, { id: nextId(), queue: 'support' }),
  );
  await untilSettled(async () => {
    const { calls } = FoundCalls.parse(await get('calls?state=WAITING'));
    const now = await presences();
    return calls.length === 2 && now['Ana'] === 'ringing' ? [] : [JSON.stringify({ waiting: calls.length, now })];
  });
  return { ended: Promise.allSettled(ended) };
}

it('the calls of a real PBX are on the board as they were: queues, outcomes, agents, waits and talks', async () => {
  const ids = new Map<string, ScriptedCall>();
  for (const scripted of scriptedCalls) ids.set(await playCall(manager, scripted, nextId), scripted);
  await untilSettled(async () =>
    (await Promise.all([...ids].map(([id, scripted]) => differencesOf(id, scripted)))).flat(),
  );
  await untilSettled(leftOpen);
  await expectTablesToBeRight();
});

it('agents are available, or paused, as the PBX has them', async () => {
  for (const extension of Object.keys(agents)) await pauseAgent(manager, extension, extension === '202');
  await untilSettled(async () => {
    const now = await presences();
    const expected = { Ana: 'available', Bruno: 'paused', Carla: 'available', Duarte: 'available', Eva: 'available' };
    return Object.entries(expected).every(([agent, presence]) => now[agent] === presence) ? [] : [JSON.stringify(now)];
  });
});

it('after a kill -9 of the connector, what happened meanwhile is on the board', async () => {
  const { ended } = await placeOpenCalls();
  await connector.kill();
  await manager.send('Hangup', { Channel: String.raw`/^Local\/.*@from-trunk-.*;1$/` });
  await ended;
  const id = nextId();
  const joined = manager.event(({ Event, Linkedid }) => Event === 'QueueCallerJoin' && Linkedid === id);
  const isOver = placeCall(manager, { id, queue: 'sales', hangsUpAfterS: 60 });
  await joined;
  connector.start();
  await connector.connected();
  await untilSettled(async () => {
    const open = await leftOpen();
    return JSON.stringify(open) === JSON.stringify([`${id} is WAITING`, 'Duarte is ringing']) ? [] : ['now:', ...open];
  });
  await manager.send('Hangup', { Channel: String.raw`/^Local\/.*@from-trunk-.*;1$/` });
  await isOver;
  await untilSettled(leftOpen);
});

it('after a kill -9 of the PBX, no call is open, and no agent rings', async () => {
  const { ended } = await placeOpenCalls();
  await pbx.kill();
  await ended;
  pbx = await startPbx();
  await untilSettled(leftOpen);

  await using again = await connectManager(pbx.calls);
  const [scripted] = scriptedCalls as readonly [ScriptedCall];
  const id = await playCall(again, scripted, nextId);
  await untilSettled(() => differencesOf(id, scripted));
  await untilSettled(leftOpen);
  await expectTablesToBeRight();
});
