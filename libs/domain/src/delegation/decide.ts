import type { DelegationCondition, DelegationFacts, DelegationRule } from './rules.ts';

/** A rule that was asked, and the condition that does not hold; null: all hold, so it wins. */
export interface RuleVerdict {
  readonly rule: string;
  readonly failed: keyof DelegationCondition | null;
}

export interface DelegationDecision {
  /** The rule that wins; null: none holds, and the call is not answered. */
  readonly winner: DelegationRule | null;
  /** The rules that were asked, in order, the winner included. */
  readonly verdicts: readonly RuleVerdict[];
}

type Wanted = { readonly [K in keyof DelegationCondition]-?: NonNullable<DelegationCondition[K]> };
type Holds = { readonly [K in keyof Wanted]: (wanted: Wanted[K], facts: DelegationFacts) => boolean };

const isOneOf = (wanted: readonly string[], text: string | null): boolean => text !== null && wanted.includes(text);

/** Whether a condition holds. A new condition without a function does not compile. */
const holds: Holds = {
  callsMin: (wanted, { calls }) => calls >= wanted,
  callsMax: (wanted, { calls }) => calls <= wanted,
  lastQueue: (wanted, { lastQueue }) => isOneOf(wanted, lastQueue),
  lastAgent: (wanted, { lastAgent }) => isOneOf(wanted, lastAgent),
  direction: (wanted, { direction }) => isOneOf(wanted, direction),
  ourNumber: (wanted, { ourNumber }) => isOneOf(wanted, ourNumber),
  openCall: (wanted, { hasOpenCall }) => hasOpenCall === wanted,
  hours: ({ from, to }, { minuteOfDay: now }) => (from < to ? now >= from && now < to : now >= from || now < to),
  waiting: ({ queue, min = 0, max = Infinity }, { waiting }) => {
    const callers = waiting.get(queue) ?? 0;
    return callers >= min && callers <= max;
  },
};

/** Decides where a call goes: the first rule of which all conditions hold. Pure: the same facts give the same decision. */
export function decideDelegation(rules: readonly DelegationRule[], facts: DelegationFacts): DelegationDecision {
  const verdicts: RuleVerdict[] = [];
  for (const rule of rules) {
    const failed = failedCondition(rule.when, facts);
    verdicts.push({ rule: rule.name, failed });
    if (failed === null) return { winner: rule, verdicts };
  }
  return { winner: null, verdicts };
}

function failedCondition(when: DelegationCondition, facts: DelegationFacts): keyof Wanted | null {
  for (const name of Object.keys(holds) as (keyof Wanted)[]) if (!conditionHolds(name, when[name], facts)) return name;
  return null;
}

const conditionHolds = <K extends keyof Wanted>(
  name: K,
  wanted: Wanted[K] | undefined,
  facts: DelegationFacts,
): boolean => wanted === undefined || holds[name](wanted, facts);
