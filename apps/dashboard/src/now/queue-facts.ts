import type { Queues } from '@callstream/contracts';
import { levelAbove, levelBelow } from '../settings.ts';
import type { Level, Thresholds } from '../settings.ts';
import { add, quiet } from './floor.ts';
import type { Floor } from './floor.ts';

type QueueNow = Queues['total'];

/** A queue, or all together: what goes on now from the live board, agents and today from the tables. */
export interface QueueFacts extends Floor {
  readonly queue: string;
  readonly agents: QueueNow['agents'];
  readonly today: QueueNow['today'];
}

const nobody: QueueNow['agents'] = { on_call: 0, ringing: 0, not_known: 0, available: 0, paused: 0, logged_out: 0 };
const nothing: QueueNow['today'] = {
  ...{ visits: 0, answered: 0, answered_in_time: 0, abandoned: 0, abandoned_short: 0, flowed_out: 0, open: 0 },
  ...{ service_level: null, abandon_rate: null, asa_ms: null, wait_ms_max: 0 },
};

/** Every queue that is known to the tables or the board, by name. */
export function queueFacts(queues: Queues | null, floors: ReadonlyMap<string, Floor>): QueueFacts[] {
  const known = new Map((queues?.queues ?? []).map((row) => [row.queue, row]));
  const names = [...new Set([...known.keys(), ...floors.keys()])];
  return names
    .toSorted((a, b) => a.localeCompare(b, undefined, { numeric: true }))
    .map((queue) => ({
      ...(floors.get(queue) ?? quiet),
      ...{ queue, agents: known.get(queue)?.agents ?? nobody, today: known.get(queue)?.today ?? nothing },
    }));
}

/** All queues together. An agent of two queues is one agent, so this is not the sum. */
export const totalFacts = (queues: Queues | null, floors: ReadonlyMap<string, Floor>): QueueFacts => ({
  ...[...floors.values()].reduce(add, quiet),
  ...{ queue: '', agents: queues?.total.agents ?? nobody, today: queues?.total.today ?? nothing },
});

/** How bad the numbers of a queue are. */
export function levelsOf(
  { longestSince, today }: QueueFacts,
  { waitSeconds, serviceLevelPercent, abandonPercent }: Thresholds,
  now: number,
): { readonly wait: Level; readonly serviceLevel: Level; readonly abandoned: Level } {
  const percent = (ratio: number | null): number | null => (ratio === null ? null : ratio * 100);
  return {
    wait: levelAbove(longestSince === null ? null : (now - longestSince) / 1_000, waitSeconds),
    serviceLevel: levelBelow(percent(today.service_level), serviceLevelPercent),
    abandoned: levelAbove(percent(today.abandon_rate), abandonPercent),
  };
}
