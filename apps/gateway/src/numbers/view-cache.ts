import { createHash } from 'node:crypto';
import { scopeKey } from '../access/scope.ts';
import type { Scope } from '../access/scope.ts';
import type { Requester } from '../scheduling/requester.ts';
import { createSingleFlight } from '../scheduling/single-flight.ts';
import type { Schedule } from '../scheduling/single-flight.ts';
import { agentNow, agentsInQueues } from './agents.ts';
import { truncatedJsonList } from './truncated-list.ts';
import type { QueueSnapshot } from './queue-snapshot.ts';
import type { GetQueueSnapshot } from './queue-snapshot-cache.ts';
import { queuesJson } from './queues.ts';

/** What somebody looks at. */
export interface NumberView {
  readonly kind: 'Queues' | 'Agents';
  readonly scope: Scope;
  /** Only agents of these. */
  readonly queues?: readonly string[] | undefined;
}

/** An answer as JSON. */
export interface SerializedView {
  /** UTF-8, made once: all who are told share it. */
  readonly bytes: Buffer;
  /** The same for texts that differ in nothing but `as_of`. */
  readonly version: string;
}

/** Most that is kept of one look, in bytes. */
const cachedBytesMax = 32 * 1024 * 1024;

/**
 * Numbers as text, made once for each look at the tables and each view, whoever asks and however often. Views of which the
 * same is seen share it: names of queues that nobody is in make no other view.
 */
export interface ViewCache {
  /** @throws {NotServed} if there was no turn to make it; whatever the look throws */
  readonly read: (asker: Requester, view: NumberView) => Promise<SerializedView>;
}

export interface ViewCacheOptions {
  readonly floors: GetQueueSnapshot;
  /** Gives turns to those for whom a text is to be made. */
  readonly enter: Schedule;
  readonly onMade: () => void;
}

export function createViewCache({ floors, enter, onMade }: ViewCacheOptions): ViewCache {
  let latest: QueueSnapshot | null = null;
  let kept = new Map<string, SerializedView>();
  let keptBytes = 0;

  /** The latest may be newer than what was looked at when the turn was asked for: it is never older. */
  const make = (floor: QueueSnapshot, view: NumberView): SerializedView => {
    const key = keyOf(floor, view);
    const known = kept.get(key);
    if (known) return known;
    const text = textOf(floor, view);
    onMade();
    kept.set(key, text);
    keptBytes += text.bytes.length;
    for (const [oldest, { bytes }] of kept) {
      if (keptBytes <= cachedBytesMax) break;
      kept.delete(oldest);
      keptBytes -= bytes.length;
    }
    return text;
  };
  const flight = createSingleFlight(async (view: NumberView) => make(latest ?? (await floors()), view), enter);

  return {
    read: async (asker, view) => {
      const floor = await floors();
      if (latest === null || (floor !== latest && floor.asOf >= latest.asOf))
        [latest, kept, keptBytes] = [floor, new Map<string, SerializedView>(), 0];
      return kept.get(keyOf(latest, view)) ?? flight(asker, view);
    },
  };
}

/** The queues of the view of which somebody is an agent; null: it is not limited to any. */
const queuesOf = (floor: QueueSnapshot, { queues }: NumberView): string[] | null =>
  queues === undefined ? null : [...new Set(queues)].filter((queue) => floor.agentsIn.has(queue)).toSorted();

const keyOf = (floor: QueueSnapshot, view: NumberView): string =>
  JSON.stringify([view.kind, queuesOf(floor, view), scopeKey(view.scope)]);

function textOf(floor: QueueSnapshot, view: NumberView): SerializedView {
  const body = view.kind === 'Queues' ? queuesJson(floor, view.scope) : agentsJson(floor, view);
  const version = createHash('sha1').update(body).digest('base64');
  return { bytes: Buffer.from(`{"as_of":${floor.asOf},${body}}`), version };
}

function agentsJson(floor: QueueSnapshot, view: NumberView): string {
  const { scope } = view;
  const wanted = queuesOf(floor, view) ?? scope.queues;
  const visible = scope.queues === null ? null : new Set(scope.queues);
  const seen = wanted && new Set(wanted.filter((queue) => queue !== '' && (visible === null || visible.has(queue))));
  const now = agentNow(scope);
  const texts = function* (): Iterable<string> {
    for (const agent of agentsInQueues(floor, seen)) yield JSON.stringify(now(agent));
  };
  return `"agents":${truncatedJsonList(texts())}`;
}
