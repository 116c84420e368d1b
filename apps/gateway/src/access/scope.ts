/** What somebody may see. What may not be seen is, for them, as if it did not exist. */
export interface Scope {
  /** Calls, agents and numbers of these queues only; null: of every queue and of none. */
  readonly queues: readonly string[] | null;
  /** Whether of numbers only the last digits are shown, and no personal data. */
  readonly masked: boolean;
}

export const everything: Scope = { queues: null, masked: false };

export const nothing: Scope = { queues: [], masked: true };

export const isEverything = ({ queues, masked }: Scope): boolean => queues === null && !masked;

/** The same for scopes in which the same is seen, and only for those: what is made for one of them fits all. */
export const scopeKey = ({ queues, masked }: Scope): string =>
  JSON.stringify([queues === null ? null : [...new Set(queues)].toSorted(), masked]);

/** Whether something of this queue may be seen; null or '' is none. */
export const maySee = ({ queues }: Scope, queue: string | null | undefined): boolean =>
  queues === null || (queue !== null && queue !== undefined && queue !== '' && queues.includes(queue));
