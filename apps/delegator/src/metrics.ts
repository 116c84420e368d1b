import { addCounter, addGauge, createRegistry } from '@callstream/runtime';
import { Histogram } from 'prom-client';

/** Metrics of the delegator. @param rulesProblem why the file of rules is not in force */
export function createMetrics(rulesProblem: () => string | null) {
  const registry = createRegistry();
  addGauge(registry, {
    name: 'callstream_delegator_rules_refused',
    help: '1 if the file of rules is wrong, and the rules before stay in force; else 0',
    value: () => (rulesProblem() === null ? 0 : 1),
  });
  return {
    registry,
    standbys: addCounter(registry, {
      name: 'callstream_delegator_standbys_total',
      help: 'Events call.standby that were read. claimed: answered, or too late. repeated: of a call that was claimed before. unmatched: no rule holds. old: received more than an hour ago',
      label: 'handling',
      values: ['claimed', 'repeated', 'unmatched', 'old'],
    }),
    delegations: addCounter(registry, {
      name: 'callstream_delegator_delegations_total',
      help: 'Calls by what became of their answer. sent: the provider took it. failed: it did not. late: not sent, the deadline was over. unknown: sent, or maybe sent, and the outcome is not known',
      label: 'outcome',
      values: ['sent', 'failed', 'late', 'unknown'],
    }),
    answerSeconds: new Histogram({
      name: 'callstream_delegator_answer_seconds',
      help: 'From the reception of a call.standby until the provider took the answer',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 4, 8, 10],
      registers: [registry],
    }),
  };
}

export type DelegatorMetrics = ReturnType<typeof createMetrics>;
