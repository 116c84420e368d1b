import { decideDelegation } from '@callstream/domain';
import type { DelegationDecision, DelegationFacts, DelegationRule } from '@callstream/domain';
import { readCallers, readWaiting } from '@callstream/tables';
import type { Queryable } from '@callstream/tables';
import type { CountryCode } from 'libphonenumber-js';
import { spellingsOf } from './caller-numbers.ts';
import type { Standby } from './standby.ts';

export interface DecideAllOptions {
  readonly db: Queryable;
  readonly rules: readonly DelegationRule[];
  readonly region: CountryCode;
  /** IANA name. */
  readonly timeZone: string;
}

/** A decision, and what was known for it. */
export interface InformedDecision extends DelegationDecision {
  readonly facts: DelegationFacts;
}

export type DecidableStandby = Omit<Standby, 'ownAt'>;

const unknownCaller = { calls: 0, lastQueue: null, lastAgent: null, hasOpenCall: false };
const nobodyWaits: DelegationFacts['waiting'] = new Map();

/**
 * Decides where calls go, each by what was known when its standby was received. Reads the loads of the queues once, as of the
 * latest standby, and only if a rule asks.
 * @returns by call id
 */
export async function decideAll(
  standbys: readonly DecidableStandby[],
  { db, rules, region, timeZone }: DecideAllOptions,
): Promise<ReadonlyMap<string, InformedDecision>> {
  const lookups = standbys.map(({ callId, receivedAt, theirNumber }) => ({
    callId,
    before: receivedAt,
    numbers: spellingsOf(theirNumber, region),
  }));
  const latest = Math.max(...standbys.map(({ receivedAt }) => receivedAt));
  const callers = await readCallers(db, lookups);
  const asksForLoads = rules.some(({ when }) => when.waiting !== undefined);
  const waiting = asksForLoads ? await readWaiting(db, latest) : nobodyWaits;
  const minuteOf = createMinuteOfDay(timeZone);
  return new Map(
    standbys.map(({ callId, receivedAt, direction, ourNumber }) => {
      const caller = callers.get(callId) ?? unknownCaller;
      const facts = { ...caller, direction, ourNumber, minuteOfDay: minuteOf(receivedAt), waiting };
      return [callId, { ...decideDelegation(rules, facts), facts }];
    }),
  );
}

/** Minutes since midnight in a time zone, of a time in ms since 1970. */
function createMinuteOfDay(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (at) => {
    const [hours = 0, minutes = 0] = format.format(at).split(':').map(Number);
    return hours * 60 + minutes;
  };
}
