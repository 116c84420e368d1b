import type { MessageId } from '@callstream/contracts';
import { atMostEvery } from '../at-most-every.ts';
import { scopeKey } from '../access/scope.ts';
import type { Scope } from '../access/scope.ts';
import type { Client } from '../client.ts';
import { Failure } from '../failure.ts';
import { agentsOf } from './agents.ts';
import type { Floor } from './floor.ts';
import type { Floors } from './floors.ts';
import { queuesOf } from './queues.ts';

/** Least time between two looks, in ms. */
const everyMs = 1_000;
/** Numbers also change without an event: a day ends, a call becomes stale. So often is looked for that, in ms. */
const idleEveryMs = 10_000;

type Kind = 'Queues' | 'Agents';

/** Everybody who is told the same. */
interface Group {
  readonly kind: Kind;
  readonly make: (floor: Floor) => object;
  readonly members: Set<Client>;
  /** What they know, as JSON text but for when it was. */
  known: string;
}

/** What supervisors watch: made once for everybody who may see the same, from one look at the tables. */
export interface NumberWatches extends Disposable {
  /** Tells the numbers of queues now, and whenever one is another. @throws {Failure} */
  readonly watchQueues: (client: Client, id: MessageId | undefined) => Promise<void>;
  /** Tells what agents do; only those of `queues`, if given. @throws {Failure} */
  readonly watchAgents: (
    client: Client,
    queues: readonly string[] | undefined,
    id: MessageId | undefined,
  ) => Promise<void>;
  readonly unwatch: (client: Client, kind: Kind) => void;
  readonly drop: (client: Client) => void;
  /** The client may see something else now. */
  readonly rescope: (client: Client) => void;
  /** The projection has changed. */
  readonly changed: () => void;
}

/** @param onFailed a look failed; the next change, or the next ten seconds, try again */
export function createNumberWatches(floors: Floors, onFailed: (error: unknown) => void): NumberWatches {
  const groups = new Map<string, Group>();
  const asked = new Map<
    Client,
    Partial<Record<Kind, { readonly key: string; readonly queues: readonly string[] | undefined }>>
  >();

  /** When the projection changed last, in ms since 1970. */
  let changedAt = 0;

  const frame = (kind: Kind, data: object, answer: object = {}): string =>
    JSON.stringify({ event: kind, ...answer, data });
  const textOf = (data: object): string => JSON.stringify({ ...data, as_of: 0 });

  const tellGroup = (group: Group, data: object, except?: Client): void => {
    const text = textOf(data);
    if (text === group.known) return;
    group.known = text;
    const sent = frame(group.kind, data);
    for (const client of group.members) if (client !== except) client.send(group.kind, sent);
  };

  const tell = async (): Promise<void> => {
    if (groups.size === 0) return;
    const floor = await floors();
    for (const group of groups.values()) tellGroup(group, group.make(floor));
    // That look was before the change: it is shared, and the tables rest after one. There will be another.
    if (floor.asOf < changedAt) ticking.changed();
  };
  const ticking = atMostEvery(everyMs, () => void tell().catch(onFailed));
  const idle = setInterval(ticking.changed, idleEveryMs);

  const unwatch = (client: Client, kind: Kind): void => {
    const ofClient = asked.get(client);
    const watched = ofClient?.[kind];
    if (!watched) return;
    const group = groups.get(watched.key);
    group?.members.delete(client);
    if (group?.members.size === 0) groups.delete(watched.key);
    const { [kind]: _, ...rest } = ofClient;
    if (Object.keys(rest).length > 0) asked.set(client, rest);
    else asked.delete(client);
  };

  /** Makes the client one of those who are told. */
  const enter = (client: Client, kind: Kind, queues: readonly string[] | undefined): Group => {
    unwatch(client, kind);
    const scope = client.scope();
    const key = JSON.stringify([kind, scopeKey(scope), queues]);
    const group = groups.get(key) ?? { kind, make: making(kind, scope, queues), members: new Set<Client>(), known: '' };
    groups.set(key, group);
    group.members.add(client);
    asked.set(client, { ...asked.get(client), [kind]: { key, queues } });
    return group;
  };

  const watch = async (
    client: Client,
    {
      kind,
      queues,
      id,
    }: { readonly kind: Kind; readonly queues?: readonly string[] | undefined; readonly id?: MessageId | undefined },
  ): Promise<void> => {
    const group = enter(client, kind, queues);
    let data: object;
    try {
      data = group.make(await floors());
    } catch (error) {
      unwatch(client, kind);
      onFailed(error);
      throw new Failure('The numbers cannot be read at the moment. Ask again.');
    }
    if (!group.members.has(client)) return;
    tellGroup(group, data, client);
    client.send(kind, frame(kind, data, { status: 'Ok', id }));
  };

  return {
    watchQueues: (client, id) => watch(client, { kind: 'Queues', id }),
    watchAgents: (client, queues, id) => watch(client, { kind: 'Agents', queues, id }),
    unwatch,
    drop: (client) => {
      unwatch(client, 'Queues');
      unwatch(client, 'Agents');
    },
    rescope: (client) => {
      const before = asked.get(client);
      for (const kind of ['Queues', 'Agents'] as const)
        // So that it is told at the next look, whatever the others of its new group know.
        if (before?.[kind]) enter(client, kind, before[kind].queues).known = '';
      ticking.changed();
    },
    changed: () => {
      changedAt = Date.now();
      ticking.changed();
    },
    [Symbol.dispose]: () => {
      ticking.stop();
      clearInterval(idle);
    },
  };
}

const making =
  (kind: Kind, scope: Scope, queues: readonly string[] | undefined) =>
  (floor: Floor): object =>
    kind === 'Queues' ? queuesOf(floor, scope) : agentsOf(floor, scope, queues);
