/** What is known of a caller at a moment, from the calls before. */
export interface DelegationCaller {
  /** Earlier calls of the same number, up to a limit of the reader; 0 also if the number is withheld. */
  readonly calls: number;
  /** The last queue of the latest call that had one; null: none. */
  readonly lastQueue: string | null;
  /** The last agent of the latest call that had one; null: none. */
  readonly lastAgent: string | null;
  /** Whether another call of this number is going on. */
  readonly hasOpenCall: boolean;
}

/** All that a rule may ask about. */
export interface DelegationFacts extends DelegationCaller {
  readonly direction: string | null;
  readonly ourNumber: string | null;
  /** Local time of day, in minutes since midnight. */
  readonly minuteOfDay: number;
  /** Callers that wait, by queue; a queue that is missing has none. */
  readonly waiting: ReadonlyMap<string, number>;
}

/** Conditions of a rule; all of those that are there must hold. Without any, the rule holds for every call. */
export interface DelegationCondition {
  readonly callsMin?: number | undefined;
  readonly callsMax?: number | undefined;
  /** One of these. */
  readonly lastQueue?: readonly string[] | undefined;
  readonly lastAgent?: readonly string[] | undefined;
  readonly direction?: readonly string[] | undefined;
  readonly ourNumber?: readonly string[] | undefined;
  readonly openCall?: boolean | undefined;
  /** Minutes since midnight; `from` is included, `to` is not. If `to` is not after `from`, it is over midnight. */
  readonly hours?: { readonly from: number; readonly to: number } | undefined;
  /** Callers that wait in a queue. */
  readonly waiting?:
    { readonly queue: string; readonly min?: number | undefined; readonly max?: number | undefined } | undefined;
}

/** One rule: where a call goes if its conditions hold. The first rule that holds wins. */
export interface DelegationRule {
  readonly name: string;
  readonly when: DelegationCondition;
  readonly destination: string;
}

export const defaultDelegationRules: readonly DelegationRule[] = [
  { name: 'known caller', when: { callsMin: 1 }, destination: '901' },
  { name: 'first call', when: {}, destination: '900' },
];
