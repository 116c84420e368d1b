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
export function scopeKey(scope: Scope): string {
  const known = keys.get(scope);
  if (known !== undefined) return known;
  const { queues, masked } = scope;
  const key = JSON.stringify([queues === null ? null : [...new Set(queues)].toSorted(), masked]);
  keys.set(scope, key);
  return key;
}
/** Of scopes that were asked for: it is made once for each token, and not for each message. */
const keys = new WeakMap<Scope, string>();

/** Whether something of this queue may be seen; null or '' is none. For many questions of one scope: {@link visibleTo}. */
export const maySee = ({ queues }: Scope, queue: string | null | undefined): boolean =>
  queues === null || (queue !== null && queue !== undefined && queue !== '' && queues.includes(queue));

/** The same for many questions: none of them looks through the whole list, which may have hundreds of queues. */
export function visibleTo({ queues }: Scope): (queue: string | null | undefined) => boolean {
  if (queues === null) return () => true;
  const visible = new Set(queues);
  return (queue) => queue !== null && queue !== undefined && queue !== '' && visible.has(queue);
}
