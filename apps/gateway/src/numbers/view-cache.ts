import { createHash } from 'node:crypto';
import type { Scope } from '../access/scope.ts';
import { openField } from '../open-field.ts';
import type { Requester } from '../scheduling/requester.ts';
import { createSingleFlight } from '../scheduling/single-flight.ts';
import type { Schedule } from '../scheduling/single-flight.ts';
import { agentNow, agentsInQueues, selectedQueues } from './agents.ts';
import { namesContent } from './names.ts';
import type { QueueSnapshot } from './queue-snapshot.ts';
import type { GetQueueSnapshot, QueueSnapshots } from './queue-snapshot-cache.ts';
import { queuesContent } from './queues.ts';
import type { ViewContent } from './queues.ts';
import { truncatedJsonList } from './truncated-list.ts';

export const viewKinds = ['Queues', 'Agents', 'Names'] as const;
export type ViewKind = (typeof viewKinds)[number];

/** What a client asks to see of the queue snapshot. */
export interface NumberView {
  readonly kind: ViewKind;
  readonly scope: Scope;
  /** Of `Agents`: only agents of these queues. */
  readonly queues?: readonly string[] | undefined;
  /** Of `Queues` and `Agents` that are watched: sent in parts, and then as deltas. */
  readonly delta?: boolean | undefined;
}

/** A view as JSON. */
export interface SerializedView {
  /** UTF-8. One buffer, shared by all clients that get it. */
  readonly bytes: Buffer;
  /** Hash of everything but `as_of`: equal if nothing else changed. */
  readonly version: string;
  /** Its list was cut. */
  readonly isTruncated: boolean;
}

/** Most bytes that are cached of one snapshot; then the oldest views are evicted. */
const cachedBytesMax = 32 * 1024 * 1024;

/**
 * Serializes each view once per queue snapshot, however many clients ask for it. Views with the same content share one entry:
 * names of queues without an agent are not part of its key.
 */
export interface ViewCache {
  /** @throws {NotServed} if the request expired or was dropped before its turn; the error of a failed read of the snapshot */
  readonly read: ReadView;
  /** The same of a recent snapshot: does not wait for the tables if there is one. */
  readonly readRecent: ReadView;
}

type ReadView = (requester: Requester, view: NumberView) => Promise<SerializedView>;

export interface ViewCacheOptions {
  readonly snapshots: QueueSnapshots;
  /** Serializing takes a turn on the event loop, like every other computation for a client. */
  readonly schedule: Schedule;
  /** Turns of queues and names, which take little time: they do not wait behind agents and snapshots. */
  readonly scheduleShort: Schedule;
  readonly onSerialized: () => void;
}

export function createViewCache({ snapshots, schedule, scheduleShort, onSerialized }: ViewCacheOptions): ViewCache {
  let latest: QueueSnapshot | null = null;
  let views = new Map<string, SerializedView>();
  let cachedBytes = 0;

  const evict = (): void => {
    for (const [oldest, { bytes }] of views) {
      if (cachedBytes <= cachedBytesMax) break;
      views.delete(oldest);
      cachedBytes -= bytes.length;
    }
  };
  const serializeOnce = async (snapshot: QueueSnapshot, view: NumberView): Promise<SerializedView> => {
    const key = keyOf(snapshot, view);
    const cached = views.get(key);
    if (cached) return cached;
    const serialized = await serialize(snapshot, view);
    onSerialized();
    // Else a newer snapshot came meanwhile.
    if (snapshot !== latest) return serialized;
    views.set(key, serialized);
    cachedBytes += serialized.bytes.length;
    evict();
    return serialized;
  };
  // By its turn, `latest` may be newer than the snapshot that the request has seen; it is never older.
  const serializeLatest = async (view: NumberView): Promise<SerializedView> =>
    serializeOnce(latest ?? (await snapshots.latest()), view);
  const serializeInTurn = {
    Queues: createSingleFlight(serializeLatest, scheduleShort),
    Names: createSingleFlight(serializeLatest, scheduleShort),
    Agents: createSingleFlight(serializeLatest, schedule),
  } as const satisfies Record<ViewKind, unknown>;

  const readFrom =
    (getSnapshot: GetQueueSnapshot): ReadView =>
    async (requester, view) => {
      const snapshot = await getSnapshot();
      if (latest === null || (snapshot !== latest && snapshot.asOf >= latest.asOf)) {
        latest = snapshot;
        views = new Map();
        cachedBytes = 0;
      }
      return views.get(keyOf(latest, view)) ?? serializeInTurn[view.kind](requester, view);
    };
  return { read: readFrom(snapshots.latest), readRecent: readFrom(snapshots.recent) };
}

const keyOf = (snapshot: QueueSnapshot, view: NumberView): string =>
  JSON.stringify([view.kind, filterOf(snapshot, view), view.scope.key]);

/** The queues of the view that have an agent; null if the view has no filter. */
const filterOf = (snapshot: QueueSnapshot, { queues }: NumberView): string[] | null =>
  queues === undefined ? null : [...new Set(queues)].filter((queue) => snapshot.agentsByQueue.has(queue)).toSorted();

const contentOf: Readonly<Record<ViewKind, (snapshot: QueueSnapshot, view: NumberView) => Promise<ViewContent>>> = {
  Queues: (snapshot, { scope }) => queuesContent(snapshot, scope),
  Agents: agentsContent,
  Names: (snapshot, { scope }) => Promise.resolve(namesContent(snapshot, scope)),
};

/** A view as JSON, made in turns of the event loop, which nothing caches. */
export async function serialize(snapshot: QueueSnapshot, view: NumberView): Promise<SerializedView> {
  const { fields, last, list } = await contentOf[view.kind](snapshot, view);
  const { json, isTruncated } = list;
  const content = `${openField(fields, last)}${json}`;
  const version = createHash('sha1').update(content).digest('base64');
  return { bytes: Buffer.from(`${content},"as_of":${snapshot.asOf}}`), version, isTruncated };
}

/** The agents of a view: the content of `Agents`. */
async function agentsContent(snapshot: QueueSnapshot, { scope, queues }: NumberView): Promise<ViewContent> {
  const toJson = agentNow(scope);
  const items = function* (): Iterable<string> {
    for (const agent of agentsInQueues(snapshot, selectedQueues(scope, queues))) yield JSON.stringify(toJson(agent));
  };
  return { fields: {}, last: 'agents', list: await truncatedJsonList(items()) };
}
