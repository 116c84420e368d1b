import type { TestDelivery } from './index.ts';
import { storyStartMs } from './script.ts';

/** What is true in a call centre at some time, independent of its events. */
export interface GroundTruth {
  /** ms since 1970. */
  readonly at: number;
  /** call_id → the queue in which its caller waits. */
  readonly waits: ReadonlyMap<string, string>;
  /** Agent → the call that the agent is on. */
  readonly talks: ReadonlyMap<string, string>;
  /** Agents who are logged in, on no call and not paused, and whose phones do not ring: when their wrap-up begins; null if it has none. */
  readonly idle: ReadonlyMap<string, number | null>;
}

export interface CentreEvent {
  readonly type: string;
  readonly call_id?: string;
  readonly actor?: string;
  readonly queue?: string;
  readonly destination?: string;
}

export interface CentreCall {
  readonly id: string;
  phase: 'idle' | 'ivr' | 'waiting' | 'talking';
  /** The queue in which the caller waits. */
  queue: string | null;
  /** Agent on the call → the queue through which the agent entered. */
  readonly queueOfAgent: Map<string, string>;
  isTransferRequested: boolean;
  /** Time of its latest change, in seconds. */
  changedAt: number;
  hasBegun: boolean;
}

export interface CentreAgent {
  readonly name: string;
  isLoggedIn: boolean;
  isPaused: boolean;
  /** Time of the latest presence event, in seconds. */
  changedAt: number;
  /** The call that rings at this agent. */
  ringingCall: CentreCall | null;
  /** The call that this agent is on. */
  call: CentreCall | null;
  /** When the agent's last call ended, unless a log-in or an unpause came later; in seconds. */
  leftAt: number | null;
}

/** A call centre that sends an event for everything, with times in whole seconds; each is received at once. */
export interface SimulatedCentre {
  readonly agents: readonly CentreAgent[];
  readonly calls: readonly CentreCall[];
  /** Seconds since its beginning. */
  now: number;
  readonly emit: (event: CentreEvent) => void;
  readonly log: TestDelivery[];
  /** By time: what was true after all events of that second. */
  readonly truths: Map<number, GroundTruth>;
}

const newCall = (id: string): CentreCall => ({
  id,
  phase: 'idle',
  queue: null,
  queueOfAgent: new Map(),
  isTransferRequested: false,
  changedAt: -10,
  hasBegun: false,
});

const newAgent = (name: string): CentreAgent => ({
  name,
  isLoggedIn: false,
  isPaused: false,
  changedAt: -10,
  ringingCall: null,
  call: null,
  leftAt: null,
});

export function createCentre(): SimulatedCentre {
  const log: TestDelivery[] = [];
  const centre: SimulatedCentre = {
    agents: ['ana', 'bia', 'carla'].map(newAgent),
    calls: ['c1', 'c2', 'c3'].map(newCall),
    now: 0,
    log,
    truths: new Map(),
    emit: (event) => {
      const time = new Date(storyStartMs + centre.now * 1_000).toISOString();
      // A number makes each event unique.
      log.push({ body: JSON.stringify({ ...event, timestamp: time, sid: log.length }), receivedAt: time });
    },
  };
  return centre;
}

/** Records what is true now. */
export function recordTruth({ calls, agents, now, truths }: SimulatedCentre): void {
  const at = storyStartMs + now * 1_000;
  truths.set(at, {
    at,
    waits: new Map(calls.flatMap(({ id, queue }) => (queue === null ? [] : [[id, queue]]))),
    talks: new Map(agents.flatMap(({ name, call }) => (call === null ? [] : [[name, call.id]]))),
    idle: new Map(
      agents
        .filter((agent) => agent.isLoggedIn && !agent.isPaused && !agent.call && !agent.ringingCall)
        .map(({ name, leftAt }) => [name, leftAt === null ? null : storyStartMs + leftAt * 1_000]),
    ),
  });
}
