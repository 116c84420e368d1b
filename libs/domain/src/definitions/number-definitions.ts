import { agentCallDefinitions } from './agent-call-definitions.ts';
import { agentDefinitions } from './agent-definitions.ts';
import { callDefinitions } from './call-definitions.ts';
import { concurrentCallDefinitions } from './concurrent-call-definitions.ts';
import { delegationDefinitions } from './delegation-definitions.ts';
import { liveDefinitions } from './live-definitions.ts';
import type { NumberDefinition } from './number-definition.ts';
import { ruleDefinitions } from './rule-definitions.ts';
import { visitDefinitions } from './visit-definitions.ts';

/** What each number counts. OpenAPI, AsyncAPI, docs/reference/numbers.md and the dashboard have these texts; ids are anchors there. */
export const numberDefinitions = {
  ...liveDefinitions,
  ...agentDefinitions,
  ...visitDefinitions,
  ...callDefinitions,
  ...agentCallDefinitions,
  ...concurrentCallDefinitions,
  ...delegationDefinitions,
  ...ruleDefinitions,
} as const satisfies Readonly<Record<string, NumberDefinition>>;

export type NumberId = keyof typeof numberDefinitions;

const idsOf = (definitions: Readonly<Partial<Record<NumberId, NumberDefinition>>>): readonly NumberId[] =>
  Object.keys(definitions) as NumberId[];

/** The ids by theme, whose ids are anchors too. */
export const numberGroups = {
  'callers-now': idsOf(liveDefinitions),
  'agents-now': idsOf(agentDefinitions),
  'queue-visits': idsOf(visitDefinitions),
  'calls-by-outcome': idsOf(callDefinitions),
  'agents-in-a-period': idsOf(agentCallDefinitions),
  'calls-at-once': idsOf(concurrentCallDefinitions),
  delegations: idsOf(delegationDefinitions),
  'times-and-thresholds': idsOf(ruleDefinitions),
} as const;

export type NumberGroup = keyof typeof numberGroups;

/** The themes in English. */
export const numberGroupTitles: Readonly<Record<NumberGroup, string>> = {
  'callers-now': 'Callers now',
  'agents-now': 'Agents now',
  'queue-visits': 'Queue visits',
  'calls-by-outcome': 'Calls by outcome',
  'agents-in-a-period': 'Agents in a period',
  'calls-at-once': 'Calls at once',
  delegations: 'Delegations',
  'times-and-thresholds': 'Times and thresholds',
};
