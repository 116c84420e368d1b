import type { TestDelivery } from './index.ts';
import { storyStartMs } from './script.ts';

/** What is true in a call centre at one moment, whatever its events say. */
export interface GroundTruth {
  /** ms since 1970. */
  readonly at: number;
  /** call_id → the queue in which its caller waits. */
  readonly waits: ReadonlyMap<string, string>;
  /** Agent → the call that the agent is on. */
  readonly talks: ReadonlyMap<string, string>;
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
  /** In which the caller waits. */
  queue: string | null;
  /** Agent → the queue through which. */
  readonly on: Map<string, string>;
  isTransferAsked: boolean;
  /** Of its latest step, in seconds. */
  changedAt: number;
  isBegun: boolean;
}

export interface CentreAgent {
  readonly name: string;
  isThere: boolean;
  isPaused: boolean;
  /** Of the latest word off calls, in seconds. */
  changedAt: number;
  rings: CentreCall | null;
  on: CentreCall | null;
}

/** A call centre in which everything is told, in whole seconds, and received at once. */
export interface SimulatedCentre {
  readonly agents: readonly CentreAgent[];
  readonly calls: readonly CentreCall[];
  /** Seconds since its beginning. */
  now: number;
  readonly say: (event: CentreEvent) => void;
  readonly log: TestDelivery[];
  /** Of each moment, what was true after all that happened in it. */
  readonly truths: Map<number, GroundTruth>;
}

const callOf = (id: string): CentreCall => ({
  ...{ id, phase: 'idle', queue: null, on: new Map(), isTransferAsked: false, changedAt: -10, isBegun: false },
});

const nobody = { isThere: false, isPaused: false, changedAt: -10, rings: null, on: null } as const;

export function createCentre(): SimulatedCentre {
  const log: TestDelivery[] = [];
  const centre: SimulatedCentre = {
    agents: ['ana', 'bia', 'carla'].map((name) => ({ name, ...nobody })),
    calls: ['c1', 'c2', 'c3'].map(callOf),
    now: 0,
    log,
    truths: new Map(),
    say: (event) => {
      const time = new Date(storyStartMs + centre.now * 1_000).toISOString();
      // A number for each event: two of them are never the same.
      log.push({ body: JSON.stringify({ ...event, timestamp: time, sid: log.length }), receivedAt: time });
    },
  };
  return centre;
}

/** Remembers what is true now. */
export function recordTruth({ calls, agents, now, truths }: SimulatedCentre): void {
  const at = storyStartMs + now * 1_000;
  truths.set(at, {
    at,
    waits: new Map(calls.flatMap(({ id, queue }) => (queue === null ? [] : [[id, queue]]))),
    talks: new Map(agents.flatMap(({ name, on }) => (on === null ? [] : [[name, on.id]]))),
  });
}
