import { AmiRefused } from '../ami/ami-refused.ts';
import type { Ami } from '../ami/connection.ts';
import type { AmiMessage } from '../ami/read-messages.ts';
import { isAcceptable } from './open-state.ts';

/** What a PBX answers about the present. */
export interface Present {
  /** Members of queues. */
  readonly members: readonly AmiMessage[];
  /** Null: the user may not ask which channels there are. */
  readonly calls: PresentCalls | null;
}

export interface PresentCalls {
  /** Calls whose first channel is there; by Linkedid, whether it is connected to another channel. */
  readonly alive: ReadonlyMap<string, { readonly isConnected: boolean }>;
  /** Callers in queues, with the `Linkedid` added. */
  readonly waiting: readonly AmiMessage[];
  /** Members who talk to a caller of their queue. */
  readonly talking: readonly AgentOnCall[];
  /** Whether a channel of an agent is part of a call. */
  readonly isOnCall: (agent: Pick<AgentOnCall, 'call' | 'interface'>) => boolean;
}

export interface AgentOnCall {
  readonly call: string;
  readonly queue: string;
  readonly name: string;
  readonly interface: string;
}

/** Asks the PBX. */
export async function askPresent({ list }: Pick<Ami, 'list'>): Promise<Present> {
  const queues = await list('QueueStatus');
  const members = queues.filter(isMember);
  const channels = await list('CoreShowChannels').catch((error: unknown) => {
    if (error instanceof AmiRefused) return null;
    throw error;
  });
  return {
    members,
    calls:
      channels &&
      presentCalls(
        queues,
        channels.map(channelOf).filter(({ call }) => isAcceptable(call)),
      ),
  };
}

function presentCalls(queues: readonly AmiMessage[], channels: readonly PresentChannel[]): PresentCalls {
  const members = queues.filter(isMember);
  const callsByChannel = new Map(channels.map(({ id, call }) => [id, call]));
  const entries = queues.filter((event) => event.get('Event') === 'QueueEntry');
  const waitingChannels = new Set(entries.map((entry) => entry.get('Uniqueid')));
  return {
    alive: new Map(
      channels.filter(({ id, call }) => id === call).map(({ call, bridge }) => [call, { isConnected: bridge !== '' }]),
    ),
    waiting: entries.flatMap((entry) => {
      const call = callsByChannel.get(entry.get('Uniqueid') ?? '');
      // Without a channel, the caller has left between the two answers.
      return call === undefined ? [] : [new Map([...entry, ['Linkedid', call]])];
    }),
    talking: channels
      .filter(({ id, queue, bridge }) => queue !== null && bridge !== '' && !waitingChannels.has(id))
      .flatMap((caller) => agentsWith(caller, channels, members)),
    isOnCall: (agent) => channels.some(({ call, device }) => call === agent.call && isOf(device, agent.interface)),
  };
}

const isMember = (event: AmiMessage): boolean => event.get('Event') === 'QueueMember';

interface PresentChannel {
  /** The Uniqueid. */
  readonly id: string;
  readonly call: string;
  readonly bridge: string;
  /** E.g. `Local/203@from-queue-0000001c;1`. */
  readonly name: string;
  /** The channel without its number: `PJSIP/200`, `Local/203@from-queue`. */
  readonly device: string;
  /** The queue that has the caller; null: none. */
  readonly queue: string | null;
}

const channelOf = (event: AmiMessage): PresentChannel => ({
  id: event.get('Uniqueid') ?? '',
  call: event.get('Linkedid') ?? '',
  bridge: event.get('BridgeId') ?? '',
  name: event.get('Channel') ?? '',
  device: (event.get('Channel') ?? '').replace(/-[0-9a-f]+(?:;[12])?$/, ''),
  queue: event.get('Application') === 'Queue' ? ((event.get('ApplicationData') ?? '').split(',')[0] ?? '') : null,
});

/** Members of the caller's queue whose channel is connected to the caller. */
function agentsWith(
  caller: PresentChannel,
  channels: readonly PresentChannel[],
  members: readonly AmiMessage[],
): AgentOnCall[] {
  const queued = new Set(channels.filter(({ queue }) => queue !== null).map(({ name }) => name));
  const connected = channels.filter(
    ({ id, bridge, name }) => bridge === caller.bridge && id !== caller.id && !queued.has(otherHalf(name)),
  );
  return members
    .map((member) => ({
      call: caller.call,
      queue: member.get('Queue') ?? '',
      name: member.get('Name') ?? '',
      interface: member.get('Location') ?? '',
    }))
    .filter((agent) => agent.queue === caller.queue && connected.some(({ device }) => isOf(device, agent.interface)));
}

/** A Local channel has two halves. If the agent's half is in a queue, the agent sent the caller there, and is gone. */
const otherHalf = (name: string): string => name.replace(/;[12]$/, (half) => (half === ';1' ? ';2' : ';1'));

const extension = (of: string): string | undefined => /^[^/]+\/([^@/]+)/.exec(of)?.[1];

/** Whether a channel is of a member. A Local channel may have been replaced by that of the phone behind it. */
const isOf = (device: string, memberInterface: string): boolean =>
  device === memberInterface.replace(/\/[a-z]+$/, '') ||
  (memberInterface.startsWith('Local/') && extension(device) === extension(memberInterface));
