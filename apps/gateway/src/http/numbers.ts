import { FindAgents, FindQueues, FindStats } from '@callstream/contracts';
import type { Tables } from '@callstream/tables';
import { agentsOf } from '../numbers/agents.ts';
import type { Rules } from '../numbers/floor.ts';
import type { Floors } from '../numbers/floors.ts';
import { queuesOf } from '../numbers/queues.ts';
import { readStats } from '../numbers/stats.ts';
import { Rejected } from './problem.ts';
import { readQuery } from './questions.ts';
import type { Route } from './routes.ts';

/** `GET /api/queues` */
export const getQueues =
  (floors: Floors): Route =>
  async ({ query, scope }) => {
    readQuery(FindQueues, query);
    return queuesOf(await floors(), scope);
  };

/** `GET /api/agents` */
export const getAgents =
  (floors: Floors): Route =>
  async ({ query, scope }) => {
    const { queue } = readQuery(FindAgents, query);
    return agentsOf(await floors(), scope, queue);
  };

/** `GET /api/stats` */
export const getStats =
  ({ db, rules }: { readonly db: Tables; readonly rules: Rules }): Route =>
  async ({ query, scope }) => {
    const { threshold, ...question } = readQuery(FindStats, query);
    const by = threshold === undefined ? rules : { ...rules, serviceLevelMs: threshold * 1_000 };
    const stats = await readStats(db, question, { rules: by, scope, now: Date.now() });
    if ('problem' in stats) throw new Rejected({ kind: 'malformed', problem: stats.problem });
    return stats;
  };
