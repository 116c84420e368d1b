import { setTimeout as pause } from 'node:timers/promises';
import { queues } from './call-centre.ts';
import type { QueueName } from './call-centre.ts';
import type { Manager, ManagerMessage } from './manager.ts';

/** What an agent does with a call, in s. */
interface AgentPart {
  /** Answers after this time; absent: never. */
  readonly ringsS?: number;
  /** Hangs up after this time; absent: never. */
  readonly talksS?: number;
}

/** A call, and what everybody does in it. */
export interface PlacedCall {
  /** Its Linkedid, by {@link callIds}. */
  readonly id: string;
  readonly queue: QueueName;
  /** By extension. An agent who is not here never answers. */
  readonly agents?: Readonly<Record<string, AgentPart>>;
  /** The caller hangs up after this time. */
  readonly hangsUpAfterS?: number;
  /** The caller presses the key that leaves the queue, after this time. */
  readonly pressesKeyAfterS?: number;
  /** The queue lets the caller out after this time. */
  readonly timesOutAfterS?: number;
  /** The agent who answers first sends the caller to another queue, after this time. */
  readonly transfer?: { readonly to: QueueName; readonly afterS: number };
}

/** The ids of channels that Asterisk numbers itself are below: one id for two channels would refuse the second. */
const firstCall = 1_000_000;

/** Ids of calls, in the form of Asterisk's. Two runs have other seconds. */
export function callIds(): () => string {
  const seconds = Math.floor(Date.now() / 1_000);
  let next = firstCall;
  return () => `${seconds}.${next++}`;
}

/** Longer than any call of a script, in s. */
const forEverS = 3_600;

/** Has a caller dial a queue. Resolves when the call has ended. @throws {Error} if the PBX refuses it, or ends the connection */
export async function placeCall(manager: Manager, call: PlacedCall, signal?: AbortSignal): Promise<void> {
  const isOfCall = (event: ManagerMessage): boolean => event['Linkedid'] === call.id;
  const ended = manager.event(
    (event) => event['Event'] === 'Hangup' && isOfCall(event) && event['Uniqueid'] === call.id,
    signal,
  );
  const transferring = new AbortController();
  const transferred = call.transfer && transfer(manager, { ...call, transfer: call.transfer }, transferring.signal);
  // Both are awaited below, but not yet while the call is being placed.
  for (const promise of [ended, transferred]) promise?.catch(() => undefined);
  await manager.send('Originate', {
    Channel: `Local/${queues[call.queue].dialled}@from-trunk/n`,
    ChannelId: call.id,
    OtherChannelId: `${call.id}-2`,
    Context: 'callers',
    Exten: call.pressesKeyAfterS === undefined ? 'waits' : 'presses-a-key',
    Priority: '1',
    // Without Async, it is refused if it cannot be placed; the dial plan answers at once.
    Variable: variablesOf(call),
  });
  try {
    // A call may end before it is transferred.
    await Promise.race([transferred, ended]);
    await ended;
  } finally {
    transferring.abort();
  }
}

/** Transfers the call once an agent has answered it. */
async function transfer(
  manager: Manager,
  { id, transfer: { to, afterS } }: PlacedCall & Required<Pick<PlacedCall, 'transfer'>>,
  signal: AbortSignal,
): Promise<void> {
  const connected = await manager.event(
    (event) => event['Event'] === 'AgentConnect' && event['Linkedid'] === id,
    signal,
  );
  await pause(afterS * 1_000, undefined, { signal });
  await manager.send('BlindTransfer', { Channel: connected['DestChannel'] ?? '', Context: 'ext-queues', Exten: to });
}

/** Those that begin with __ are inherited by the channels of the agents. */
function variablesOf(call: PlacedCall): string[] {
  const ofAgents = Object.entries(call.agents ?? {}).flatMap(([extension, { ringsS, talksS }]) => [
    ...(ringsS === undefined ? [] : [`__RINGS_${extension}=${ringsS}`]),
    ...(talksS === undefined ? [] : [`__TALKS_${extension}=${talksS}`]),
  ]);
  return [
    `CALLER_WAITS=${call.pressesKeyAfterS ?? call.hangsUpAfterS ?? forEverS}`,
    `__WAITS_AT_MOST=${call.timesOutAfterS ?? forEverS}`,
    ...ofAgents,
  ];
}
