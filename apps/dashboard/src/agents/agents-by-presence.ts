import type { AgentNow } from '@callstream/contracts';

/** The agents of a queue, or all; of each presence those first who have had it longest. */
export function agentsByPresence(
  agents: readonly AgentNow[],
  queue: string | null,
): ReadonlyMap<AgentNow['presence'], readonly AgentNow[]> {
  const shown = queue === null ? agents : agents.filter(({ queues }) => queues.some((each) => each.queue === queue));
  const groups = Map.groupBy(shown, ({ presence }) => presence);
  for (const group of groups.values()) group.sort((a, b) => a.since - b.since);
  return groups;
}
