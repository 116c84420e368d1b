import type { Names } from '@callstream/contracts';

/** Names of queues and agents by id; null before they arrive. */
export type KnownNames = Pick<Names, 'queues' | 'agents'> | null;

/** A name with its id beside it; without a name, the id. */
export function named(names: KnownNames, kind: 'queues' | 'agents', id: string): string {
  const byId = names?.[kind] ?? {};
  return Object.hasOwn(byId, id) ? `${byId[id] ?? ''} ${id}` : id;
}
