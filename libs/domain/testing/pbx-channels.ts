export type AmiFields = Readonly<Record<string, string>>;

interface PlayedChannel {
  readonly fields: AmiFields;
  call: string;
  /** The queue that has the caller; null: none. */
  queue: string | null;
  bridge: string;
}

/** The channels, queues and members of a PBX, from its events: what it answers when it is asked. */
export interface PbxChannels {
  readonly apply: (event: AmiFields) => void;
  /** Events of the answer to QueueStatus. */
  readonly queueStatus: () => Record<string, string>[];
  /** Events of the answer to CoreShowChannels. */
  readonly coreShowChannels: () => Record<string, string>[];
}

/** @param members events QueueMember of an answer */
export function createPbxChannels(members: readonly AmiFields[]): PbxChannels {
  const channels = new Map<string, PlayedChannel>();
  const waiting = new Map<string, AmiFields>();
  const memberOf = new Map(members.map((member) => [`${member['Queue'] ?? ''} ${member['Location'] ?? ''}`, member]));
  const change = (id: string | undefined, change: Partial<Pick<PlayedChannel, 'queue' | 'bridge'>>): void => {
    const channel = channels.get(id ?? '');
    if (channel) Object.assign(channel, change);
  };
  const apply = (event: AmiFields): void => {
    const { Event, Uniqueid = '', Linkedid = '', Queue = '', Interface = '' } = event;
    const channel = channels.get(Uniqueid);
    if (channel && Linkedid !== '') channel.call = Linkedid;
    if (Event === 'Newchannel') channels.set(Uniqueid, { fields: event, call: Linkedid, queue: null, bridge: '' });
    if (Event === 'Hangup') {
      channels.delete(Uniqueid);
      waiting.delete(Uniqueid);
    }
    if (Event === 'QueueCallerJoin') {
      waiting.set(Uniqueid, event);
      change(Uniqueid, { queue: Queue, bridge: '' });
    }
    if (Event === 'QueueCallerLeave') waiting.delete(Uniqueid);
    if (Event === 'AgentConnect')
      for (const id of [Uniqueid, event['DestUniqueid']]) change(id, { bridge: `bridge-${Uniqueid}` });
    if (Event === 'AgentComplete')
      for (const id of [Uniqueid, event['DestUniqueid']]) change(id, { queue: null, bridge: '' });
    if (Event === 'BlindTransfer') change(event['TransfereeUniqueid'], { queue: null, bridge: '' });
    const key = `${Queue} ${Interface}`;
    if (Event === 'QueueMemberRemoved') memberOf.delete(key);
    if (Event === 'QueueMemberAdded' || Event === 'QueueMemberPause')
      memberOf.set(key, {
        Queue,
        Name: event['MemberName'] ?? '',
        Location: Interface,
        Paused: event['Paused'] ?? '0',
      });
  };
  return {
    apply,
    queueStatus: () => [
      ...[...new Set([...memberOf.values()].map(({ Queue = '' }) => Queue))].map((Queue) => ({
        Event: 'QueueParams',
        Queue,
      })),
      ...[...memberOf.values()].map((member) => Object.assign({}, member, { Event: 'QueueMember' })),
      ...[...waiting.values()].map(({ Queue = '', Uniqueid = '', Channel = '' }) => ({
        Event: 'QueueEntry',
        Queue,
        Position: '1',
        Channel,
        Uniqueid,
      })),
    ],
    coreShowChannels: () =>
      [...channels].map(([Uniqueid, { fields, call, queue, bridge }]) => ({
        Event: 'CoreShowChannel',
        Channel: fields['Channel'] ?? '',
        Context: fields['Context'] ?? '',
        Uniqueid,
        Linkedid: call,
        Application: queue === null ? '' : 'Queue',
        ApplicationData: queue === null ? '' : `${queue},tT,,,300`,
        BridgeId: bridge,
      })),
  };
}
