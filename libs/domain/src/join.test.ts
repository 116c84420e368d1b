import fc from 'fast-check';
import { eventsOf, logs } from '../testing/index.ts';
import { agentKey, agentOf, callOf, fold, foldAgents, join, joinAgents } from './index.ts';
import type { Agent, Call } from './index.ts';

/** Pieces of knowledge about one call: folds of parts of a log. */
const pieces = logs().map((log) => {
  const events = eventsOf(log).map((event) => ({ ...event, callId: 'c' }));
  const third = Math.ceil(events.length / 3);
  const part = (i: number): Call | undefined => fold(events.slice(i * third, (i + 1) * third)).get('c');
  return [part(0), part(1) ?? part(0), part(2) ?? part(0)] as [Call, Call, Call];
});

const agentPieces = logs()
  .map((log) =>
    eventsOf(log)
      .map((event) => agentOf({ ...event, actor: 'ana', queue: '900' }))
      .filter((agent) => agent !== null),
  )
  .filter((agents): agents is [Agent, ...Agent[]] => agents.length > 0)
  .map((agents) => [agents[0], agents[1] ?? agents[0], agents[2] ?? agents[0]] as const);

const shuffled = (log: ReturnType<typeof eventsOf>) =>
  fc
    .tuple(fc.shuffledSubarray(log, { minLength: log.length }), fc.subarray(log))
    .map(([all, again]) => [...all, ...again]);

describe('join', () => {
  it('is commutative', () => fc.assert(fc.property(pieces, ([a, b]) => expect(join(a, b)).toEqual(join(b, a)))));
  it('is associative', () =>
    fc.assert(fc.property(pieces, ([a, b, c]) => expect(join(join(a, b), c)).toEqual(join(a, join(b, c))))));
  it('is idempotent', () =>
    fc.assert(
      fc.property(pieces, ([a, b]) => {
        const both = join(a, b);
        expect(join(both, a)).toEqual(both);
        expect(join(a, a)).toEqual(a);
      }),
    ));
  it('is so for agents too', () =>
    fc.assert(
      fc.property(agentPieces, ([a, b, c]) => {
        expect(joinAgents(a, b)).toEqual(joinAgents(b, a));
        expect(joinAgents(joinAgents(a, b), c)).toEqual(joinAgents(a, joinAgents(b, c)));
        expect(joinAgents(a, a)).toEqual(a);
      }),
    ));
});

describe('fold', () => {
  const orders = logs().chain((log) => fc.tuple(fc.constant(eventsOf(log)), shuffled(eventsOf(log))));
  it('does not depend on order or repeats', () =>
    fc.assert(
      fc.property(orders, ([events, other]) => {
        expect(fold(other)).toEqual(fold(events));
        expect(foldAgents(other)).toEqual(foldAgents(events));
      }),
    ));
  it('keeps an event without call_id out of every call', () => {
    const [event] = eventsOf([{ body: '{"type":"actor.paused","actor":"ana"}', receivedAt: '2026-03-02T13:00:00Z' }]);
    expect(callOf(event!)).toBeNull();
    expect(foldAgents([event!]).get(agentKey({ actor: 'ana', queue: '' }))?.pausedAt).toBe(Date.UTC(2026, 2, 2, 13));
  });
});
