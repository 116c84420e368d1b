import {
  FindAgents,
  FindAgentStats,
  FindConcurrentCalls,
  FindDelegationStats,
  FindNames,
  FindQueues,
  FindStats,
} from '@callstream/contracts';
import type { NamesFile } from '../names/names-file.ts';
import { withQueueNames } from '../names/add-names.ts';
import { readConcurrentCalls } from '../numbers/concurrent-calls.ts';
import { readDelegationStats } from '../numbers/delegation-stats.ts';
import { msOf } from '../numbers/counting-rules-env.ts';
import type { CountingRules } from '../numbers/queue-snapshot.ts';
import { readAgentStats } from '../numbers/agent-stats.ts';
import { readStats } from '../numbers/stats.ts';
import { Rejected } from './problem.ts';
import { readQuery } from './read-query.ts';
import type { NumberRoute, QueryRoute } from './routes.ts';

/** `GET /api/queues` */
export const getQueues: NumberRoute = ({ query, scope }) => {
  readQuery(FindQueues, query);
  return { kind: 'Queues', scope };
};

/** `GET /api/agents` */
export const getAgents: NumberRoute = ({ query, scope }) => {
  const { queue } = readQuery(FindAgents, query);
  return { kind: 'Agents', scope, queues: queue };
};

/** `GET /api/names` */
export const getNames: NumberRoute = ({ query, scope }) => {
  readQuery(FindNames, query);
  return { kind: 'Names', scope };
};

/** `GET /api/stats` */
export const getStats =
  (rules: CountingRules, names: Pick<NamesFile, 'current'>): QueryRoute =>
  ({ query }) => {
    const { threshold, ...statsQuery } = readQuery(FindStats, query);
    const applied = threshold === undefined ? rules : { ...rules, serviceLevelMs: msOf(threshold) };
    return async (tables) => {
      const stats = await readStats(tables, statsQuery, { rules: applied, now: Date.now() });
      if ('problem' in stats) return new Rejected({ kind: 'malformed', problem: stats.problem });
      return { ...stats, queues: withQueueNames(stats.queues, names.current()) };
    };
  };

/** `GET /api/stats/agents` */
export const getAgentStats =
  (rules: CountingRules, names: Pick<NamesFile, 'current'>): QueryRoute =>
  ({ query }) => {
    const found = readQuery(FindAgentStats, query);
    return async (tables) => {
      const stats = await readAgentStats(tables, found, { rules, now: Date.now() });
      if ('problem' in stats) return new Rejected({ kind: 'malformed', problem: stats.problem });
      const { agents } = names.current();
      const queues = withQueueNames(stats.queues, names.current());
      return { ...stats, queues, agents: stats.agents.map((row) => ({ ...row, name: agents.get(row.actor) })) };
    };
  };

/** `GET /api/stats/delegations` */
export const getDelegationStats =
  (rules: CountingRules): QueryRoute =>
  ({ query }) => {
    const found = readQuery(FindDelegationStats, query);
    return async (tables) => {
      const stats = await readDelegationStats(tables, found, { timeZone: rules.timeZone, now: Date.now() });
      return 'problem' in stats ? new Rejected({ kind: 'malformed', problem: stats.problem }) : stats;
    };
  };

/** `GET /api/concurrent-calls` */
export const getConcurrentCalls =
  (rules: CountingRules): QueryRoute =>
  ({ query }) => {
    const found = readQuery(FindConcurrentCalls, query);
    return (tables) => readConcurrentCalls(tables, found, { rules, now: Date.now() });
  };
