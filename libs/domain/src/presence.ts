import type { Agent } from './agent.ts';
import type { CallAgent } from './call-agent.ts';
import { isOnCall } from './derived.ts';

const hourMs = 3_600_000;

/** How long an agent that never logged in is believed to be there after having been seen. */
const unseenMaxMs = 12 * hourMs;

export type Presence = 'on_call' | 'ringing' | 'logged_out' | 'paused' | 'available';

/** What an agent does now in one queue; `onCalls` are the agent's rows of unfinished calls that are not stale. */
export function presenceOf(agent: AgentTimes, onCalls: readonly CallAgentTimes[], now: number): Presence {
  if (onCalls.some(isOnCall)) return 'on_call';
  if (onCalls.some(isRinging)) return 'ringing';
  const { loggedInAt, loggedOutAt, pausedAt, unpausedAt } = agent;
  if (loggedOutAt !== null && (loggedInAt === null || loggedOutAt >= loggedInAt)) return 'logged_out';
  if (loggedInAt === null && now - agent.lastSeenAt > unseenMaxMs) return 'logged_out';
  const paused = pausedAt !== null && pausedAt > (unpausedAt ?? -Infinity) && pausedAt > (loggedInAt ?? -Infinity);
  return paused ? 'paused' : 'available';
}

/** Since when an agent does in one queue what {@link presenceOf} says, in ms since 1970. */
export function presenceSince(agent: AgentTimes, onCalls: readonly CallAgentTimes[], presence: Presence): number {
  switch (presence) {
    case 'on_call':
      return onCalls.filter(isOnCall).reduce((min, row) => Math.min(min, row.enteredLastAt ?? min), Infinity);
    case 'ringing':
      return onCalls.filter(isRinging).reduce((min, row) => Math.min(min, row.ringingLastAt ?? min), Infinity);
    case 'logged_out':
      return agent.loggedOutAt ?? agent.lastSeenAt;
    case 'paused':
      return agent.pausedAt ?? agent.lastSeenAt;
    // The latest event of somebody who is free is the one that made them free.
    case 'available':
      return agent.lastSeenAt;
  }
}

/** Rung, and since then neither taken nor given up. */
export const isRinging = ({ ringingLastAt, enteredLastAt, leftLastAt, noanswerLastAt }: CallAgentTimes): boolean =>
  ringingLastAt !== null &&
  ringingLastAt > Math.max(enteredLastAt ?? -Infinity, leftLastAt ?? -Infinity, noanswerLastAt ?? -Infinity);

export type AgentTimes = Pick<Agent, 'loggedInAt' | 'loggedOutAt' | 'pausedAt' | 'unpausedAt' | 'lastSeenAt'>;
export type CallAgentTimes = Pick<CallAgent, 'enteredLastAt' | 'leftLastAt' | 'ringingLastAt' | 'noanswerLastAt'>;
