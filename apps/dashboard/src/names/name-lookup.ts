import type { Names } from '@callstream/contracts';

/** Names of queues and agents by their ids; null: there is none. */
export interface NameLookup {
  readonly queue: (id: string) => string | null;
  readonly agent: (id: string) => string | null;
}

export function createNameLookup({ queues, agents }: Pick<Names, 'queues' | 'agents'>): NameLookup {
  // Not the objects: they have a `constructor`, which is no name.
  const [queueNames, agentNames] = [new Map(Object.entries(queues)), new Map(Object.entries(agents))];
  return { queue: (id) => queueNames.get(id) ?? null, agent: (id) => agentNames.get(id) ?? null };
}

export const noNames = createNameLookup({ queues: {}, agents: {} });

const collator = new Intl.Collator(undefined, { numeric: true });

/** Order of names and ids: as a person would sort them, so 9 is before 10. */
export const compareNames = (a: string, b: string): number => collator.compare(a, b);
