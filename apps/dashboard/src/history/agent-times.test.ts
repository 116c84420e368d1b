import fc from 'fast-check';
import type { AgentStats } from '@callstream/contracts';
import { addTimesOfAgents, noTimes, partsOfPeriod, timesOfAgents, withTimes } from './agent-times.ts';

const hourMs = 3_600_000;
const talks = { calls: 0, on_call_ms: 0, on_call_ms_mean: null, on_call_ms_max: 0 };
const answerOf = (agents: AgentStats['agents'], more: Partial<AgentStats> = {}): AgentStats => ({
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-02T00:00:00.000Z',
  interval: null,
  time_zone: 'UTC',
  total: talks,
  queues: [],
  agents,
  ...more,
});

/** As the gateway counts it: an agent who was neither logged in nor on a call is missing. */
interface TimeOfAgent {
  readonly actor: string;
  readonly handling: number;
  readonly available: number;
  readonly paused: number;
}
const answerOfTimes = (stays: readonly TimeOfAgent[]): AgentStats => {
  const agents = [...Map.groupBy(stays, ({ actor }) => actor)].map(([actor, own]) => {
    const sum = (of: 'handling' | 'available' | 'paused') => own.reduce((all, stay) => all + stay[of], 0);
    const [handling, ready] = [sum('handling'), sum('handling') + sum('available')];
    return {
      actor,
      ...talks,
      logged_in_ms: ready + sum('paused'),
      paused_ms: sum('paused'),
      occupancy: ready === 0 ? null : handling / ready,
    };
  });
  return answerOf(agents);
};
const sumOf = (answers: readonly AgentStats[]) => answers.map(timesOfAgents).reduce(addTimesOfAgents, noTimes);

it('the times of a period are the sum of those of its parts, to the millisecond', () => {
  const ms = fc.nat(32 * 24 * hourMs);
  const stay = fc.record({ actor: fc.constantFrom('ana', 'bia', 'carla'), handling: ms, available: ms, paused: ms });
  fc.assert(
    fc.property(fc.array(fc.array(stay, { maxLength: 4 }), { maxLength: 30 }), (parts) => {
      expect(sumOf(parts.map(answerOfTimes))).toEqual(timesOfAgents(answerOfTimes(parts.flat())));
    }),
  );
});

it('an agent who may be missing in a part has no times, instead of too small ones', () => {
  const part = (...actors: readonly string[]) =>
    answerOfTimes(actors.map((actor) => ({ actor, handling: 1, available: 1, paused: 1 })));
  const cut: AgentStats = { ...part('ana'), more: true };
  const loggedIn = (...answers: readonly AgentStats[]) =>
    Object.fromEntries([...sumOf(answers).byActor].map(([actor, times]) => [actor, times.logged_in_ms]));
  expect(loggedIn(part('ana', 'bia'), part('ana'))).toEqual({ ana: 6, bia: 3 });
  expect(loggedIn(part('ana', 'bia'), cut)).toEqual({ ana: 6, bia: null });
  expect(loggedIn(cut, part('ana', 'bia'), part('bia'))).toEqual({ ana: 6, bia: null });
  const [ana] = part('ana').agents;
  const notCounted = answerOf([{ ...ana!, logged_in_ms: null, paused_ms: null, occupancy: null }], {
    occupancy_days_max: 7,
  });
  expect(loggedIn(part('ana', 'bia'), notCounted)).toEqual({ ana: null, bia: null });
});

it('agents without a call are listed with their times, unless the list of agents is cut', () => {
  const long = answerOf(
    ['ana', 'carla'].map((actor) => ({
      actor,
      ...talks,
      calls: 2,
      logged_in_ms: null,
      paused_ms: null,
      occupancy: null,
    })),
    { occupancy_days_max: 32 },
  );
  const times = sumOf([
    answerOfTimes([
      { actor: 'ana', handling: 1, available: 3, paused: 2 },
      { actor: 'bia', handling: 0, available: 0, paused: 5 },
    ]),
  ]);
  const ana = { actor: 'ana', calls: 2, logged_in_ms: 6, paused_ms: 2, occupancy: 0.25 };
  const carla = { actor: 'carla', calls: 2, logged_in_ms: 0, paused_ms: 0, occupancy: null };
  const bia = { actor: 'bia', ...talks, logged_in_ms: 5, paused_ms: 5, occupancy: null };
  expect(withTimes(long, times)).toMatchObject([ana, carla, bia]);
  expect(withTimes({ ...long, more: true }, times)).toMatchObject([ana, carla]);
});

it('the parts of a period follow each other, and none is longer than that', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 40 }), (at, hours, daysMax) => {
      const [from, to] = [at, at + hours * hourMs].map((ms) => new Date(ms).toISOString()) as [string, string];
      const parts = partsOfPeriod({ from, to }, daysMax);
      expect([parts[0]?.from, parts.at(-1)?.to]).toEqual([from, to]);
      expect(parts.slice(1).map((part) => part.from)).toEqual(parts.slice(0, -1).map((part) => part.to));
      const lengths = parts.map((part) => Date.parse(part.to) - Date.parse(part.from));
      expect(Math.min(...lengths)).toBeGreaterThan(0);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(daysMax * 24 * hourMs);
    }),
  );
});
