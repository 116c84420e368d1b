import { agents, placeCall, queues } from '@callstream/stack';
import type { Manager, PlacedCall, QueueName } from '@callstream/stack';

/** A call whose course is known before it is placed, as the dial plan does what its script says. */
export interface ScriptedCall {
  readonly title: string;
  readonly call: Omit<PlacedCall, 'id'>;
  /** Extensions of agents who are paused; the others are not. */
  readonly paused?: readonly string[];
  /** The first agent who does not answer is paused, and this one is not any more: else the same agent may ring again. */
  readonly relievedBy?: string;
  /** Callers who wait in the same queue before, and hang up after 6 s. */
  readonly callersBefore?: number;
  /** Queue, outcome, and wait in s; null: the caller was not let in. */
  readonly visits: readonly (readonly [QueueName, string, number | null])[];
  /** Agent, queue, and talk in s. */
  readonly talks: readonly (readonly [string, QueueName, number])[];
}

/** Paused, so that support has one agent: with several, the round robin would choose who answers. */
const onlyAna = ['202', '203'];

export const scriptedCalls: readonly ScriptedCall[] = [
  {
    title: 'an agent answers, and hangs up',
    call: { queue: 'support', agents: { 201: { ringsS: 1, talksS: 3 } } },
    paused: onlyAna,
    visits: [['support', 'answered', 1]],
    talks: [['Ana', 'support', 3]],
  },
  {
    title: 'all agents ring, one answers, and the caller hangs up',
    call: { queue: 'sales', agents: { 204: { ringsS: 2 } }, hangsUpAfterS: 5 },
    visits: [['sales', 'answered', 2]],
    talks: [['Duarte', 'sales', 3]],
  },
  {
    title: 'the caller hangs up in the queue',
    call: { queue: 'sales', hangsUpAfterS: 3 },
    visits: [['sales', 'abandoned', 3]],
    talks: [],
  },
  {
    title: 'an agent does not answer, and after the pause of the queue another one does',
    call: { queue: 'support', agents: { 202: { ringsS: 1, talksS: 2 } } },
    paused: onlyAna,
    relievedBy: '202',
    visits: [['support', 'answered', queues.support.ringS + 2]],
    talks: [['Bruno', 'support', 2]],
  },
  {
    title: 'an agent sends the caller to another queue',
    call: {
      queue: 'sales',
      agents: { 204: { ringsS: 1 }, 201: { ringsS: 2, talksS: 2 } },
      transfer: { to: 'support', afterS: 2 },
    },
    paused: onlyAna,
    visits: [
      ['sales', 'answered', 1],
      ['support', 'answered', 2],
    ],
    talks: [
      ['Duarte', 'sales', 2],
      ['Ana', 'support', 2],
    ],
  },
  {
    title: 'the queue lets the caller out after its time',
    call: { queue: 'sales', timesOutAfterS: 3 },
    visits: [['sales', 'timed_out', 3]],
    talks: [],
  },
  {
    title: 'the caller leaves the queue by a key',
    call: { queue: 'sales', pressesKeyAfterS: 3 },
    visits: [['sales', 'by_key', 3]],
    talks: [],
  },
  {
    title: 'the queue is full',
    call: { queue: 'sales' },
    callersBefore: queues.sales.waitingMax,
    visits: [['sales', 'full', null]],
    talks: [],
  },
];

/** Most time that one scripted call may take, in ms. */
const callMsMax = 60_000;

/** Places a call with all that belongs to it. Resolves when it is over. @returns its id */
export async function playCall(manager: Manager, scripted: ScriptedCall, nextId: () => string): Promise<string> {
  const { call, paused = [], relievedBy, callersBefore = 0 } = scripted;
  const signal = AbortSignal.timeout(callMsMax);
  for (const extension of Object.keys(agents)) await pauseAgent(manager, extension, paused.includes(extension));

  const before: Promise<void>[] = [];
  for (let i = 0; i < callersBefore; i++) {
    const id = nextId();
    const joined = manager.event(({ Event, Linkedid }) => Event === 'QueueCallerJoin' && Linkedid === id, signal);
    before.push(placeCall(manager, { id, queue: call.queue, hangsUpAfterS: 6 }, signal));
    await joined;
  }
  const id = nextId();
  const relieved = relievedBy && relieve(manager, { id, relievedBy, signal });
  await Promise.all([placeCall(manager, Object.assign({ id }, call), signal), relieved, ...before]);
  return id;
}

interface ReliefOptions {
  readonly id: string;
  readonly relievedBy: string;
  readonly signal: AbortSignal;
}

async function relieve(manager: Manager, { id, relievedBy, signal }: ReliefOptions): Promise<void> {
  const { Interface = '' } = await manager.event(
    ({ Event, Linkedid }) => Event === 'AgentRingNoAnswer' && Linkedid === id,
    signal,
  );
  await pauseAgent(manager, relievedBy, false);
  await manager.send('QueuePause', { Interface, Paused: 'true' });
}

export const pauseAgent = (manager: Manager, extension: string, paused: boolean): Promise<void> =>
  manager.send('QueuePause', { Interface: `Local/${extension}@agents/n`, Paused: String(paused) });
