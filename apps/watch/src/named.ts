import type { Names } from '@callstream/contracts';

/** Names of queues and agents by id; null before they arrive. */
export type KnownNames = Pick<Names, 'queues' | 'agents'> | null;

/** A name with its id beside it; without a name, the id. */
export function named(names: KnownNames, kind: 'queues' | 'agents', id: string): string {
  const byId = names?.[kind] ?? {};
  return Object.hasOwn(byId, id) ? `${byId[id] ?? ''} ${id}` : id;
}

/** A queue's name with its id beside it; calls without a queue have ''. */
export const namedQueue = (names: KnownNames, queue: string): string =>
  queue === '' ? '(none)' : named(names, 'queues', queue);
