/** What a client may see. Anything outside of its scope does not exist for it: the answer is 404, or empty. */
export interface Scope {
  /** Only calls, agents and numbers of these queues; null: of all queues, and calls without a queue. */
  readonly queues: readonly string[] | null;
  /** Whether phone numbers are masked but for their last digits, and personal fields of bodies hidden. */
  readonly masked: boolean;
}

export const everything: Scope = { queues: null, masked: false };

export const nothing: Scope = { queues: [], masked: true };

export const isEverything = ({ queues, masked }: Scope): boolean => queues === null && !masked;

/** Cache key: equal exactly when two scopes see the same rows. */
export function scopeKey(scope: Scope): string {
  const cached = keys.get(scope);
  if (cached !== undefined) return cached;
  const { queues, masked } = scope;
  const key = JSON.stringify([queues === null ? null : [...new Set(queues)].toSorted(), masked]);
  keys.set(scope, key);
  return key;
}
/** Computed once per scope object, so once per token and not per message. */
const keys = new WeakMap<Scope, string>();

/** Whether the scope includes this queue; null, undefined or '' is no queue. For many queues, {@link visibleTo} is faster. */
export const maySee = ({ queues }: Scope, queue: string | null | undefined): boolean =>
  queues === null || (queue !== null && queue !== undefined && queue !== '' && queues.includes(queue));

/** {@link maySee} for one scope and many queues: looks them up in a set. A scope may have hundreds of queues. */
export function visibleTo({ queues }: Scope): (queue: string | null | undefined) => boolean {
  if (queues === null) return () => true;
  const visible = new Set(queues);
  return (queue) => queue !== null && queue !== undefined && queue !== '' && visible.has(queue);
}
