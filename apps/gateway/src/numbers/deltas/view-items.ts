import { compareText } from '@callstream/domain';
import type { Scope } from '../../access/scope.ts';
import { agentNow, agentsInQueues, selectedQueues, visibleAgent } from '../agents.ts';
import type { VisibleAgent } from '../agents.ts';
import type { AgentState, QueueSnapshot, QueueState } from '../queue-snapshot.ts';
import { queuesHead, visibleQueues } from '../queues.ts';
import type { NumberView } from '../view-cache.ts';
import type { ItemChange } from './change-log.ts';
import type { SnapshotHistory } from './snapshot-history.ts';

/** An item of a view, by its id, and about how many bytes its JSON has. */
export interface SizedItem {
  readonly id: string;
  readonly bytes: number;
}

/** The agents or queues that one view shows: what its scope hides is not there. */
export interface ViewItems {
  readonly listName: 'agents' | 'queues';
  /** All items of the latest snapshot, sorted by id. */
  readonly all: () => readonly SizedItem[];
  /** The items of which the view has shown a change since `revision`, also those that are gone; null: not known any more. */
  readonly changedSince: (revision: number) => readonly SizedItem[] | null;
  /** JSON of an item of the latest snapshot; null if the view does not show it. */
  readonly json: (id: string) => string | null;
  /** What the latest snapshot says besides the items, without `as_of`. */
  readonly head: () => object;
}

/** The items of a view of queues or agents in the latest snapshot of `history`. */
export const viewItems = (history: SnapshotHistory, { kind, scope, queues }: NumberView): ViewItems =>
  kind === 'Agents' ? agentItems(history, scope, queues) : queueItems(history, scope);

function agentItems(history: SnapshotHistory, scope: Scope, queues: readonly string[] | undefined): ViewItems {
  const selected = selectedQueues(scope, queues);
  const toJson = agentNow(scope);
  const jsonOf = (agent: AgentState | undefined): string | null => {
    const visible = agent && visibleAgent(agent, selected);
    return visible ? JSON.stringify(toJson(visible)) : null;
  };
  return {
    listName: 'agents',
    all: () =>
      Array.from(agentsInQueues(history.latest(), selected), (visible) => ({
        id: visible.agent.actor,
        bytes: agentBytes(visible),
      })),
    changedSince: (revision) => shownDifferently(history.agents.since(revision), jsonOf),
    json: (id) => jsonOf(findAgent(history.latest(), id)),
    head: () => ({}),
  };
}

function queueItems(history: SnapshotHistory, scope: Scope): ViewItems {
  const jsonOf = (state: QueueState | undefined): string | null =>
    state && scope.includes(state.queue) ? state.json() : null;
  return {
    listName: 'queues',
    all: () =>
      visibleQueues(history.latest(), scope).map(({ queue, json }) => ({
        id: queue,
        bytes: Buffer.byteLength(json()),
      })),
    changedSince: (revision) => shownDifferently(history.queues.since(revision), jsonOf),
    json: (id) => jsonOf(history.latest().queues.get(id)),
    head: () => queuesHead(history.latest(), scope),
  };
}

/**
 * The items of which the view showed a change. Also those that are as they were before: a part that was made meanwhile may have
 * shown what was in between.
 */
function shownDifferently<Item>(
  changes: readonly ItemChange<Item>[] | null,
  jsonOf: (item: Item | undefined) => string | null,
): readonly SizedItem[] | null {
  if (changes === null) return null;
  const items = new Map<string, SizedItem>();
  for (const { id, before, after } of changes) {
    const json = jsonOf(after);
    if (json !== jsonOf(before)) items.set(id, { id, bytes: Buffer.byteLength(json ?? JSON.stringify(id)) });
  }
  return [...items.values()];
}

/** Bytes of the field names and numbers of an agent, and of each of its queues. */
const agentFrameBytes = 100;
const queueFrameBytes = 70;

/** About the length of the JSON of an agent: to make it for 100,000 agents takes ten times as long. */
const agentBytes = ({ agent, queues }: VisibleAgent): number =>
  agentFrameBytes +
  Buffer.byteLength(agent.actor) +
  Buffer.byteLength(agent.name ?? '') +
  queues.reduce((sum, { queue }) => sum + queueFrameBytes + Buffer.byteLength(queue), 0) +
  agent.calls.reduce((sum, { callId }) => sum + 3 + Buffer.byteLength(callId), 0);

/** A binary search: the agents are sorted by actor. */
function findAgent({ agents }: QueueSnapshot, actor: string): AgentState | undefined {
  let [low, high] = [0, agents.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareText(agents[middle]?.actor ?? '', actor) < 0) low = middle + 1;
    else high = middle;
  }
  return agents[low]?.actor === actor ? agents[low] : undefined;
}
