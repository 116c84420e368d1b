/** Names of queues and agents, by id. Without an entry there is no name, and the id is shown alone. */
export interface NameMaps {
  readonly queues: ReadonlyMap<string, string>;
  readonly agents: ReadonlyMap<string, string>;
}

export const noNames: NameMaps = { queues: new Map(), agents: new Map() };
