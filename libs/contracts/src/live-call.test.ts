import fc from 'fast-check';
import { callsOfEvents, eventsOf, fixtureLog, logs } from '@callstream/domain/testing';
import { callOfLive, LiveCall, liveCallOf } from './index.ts';

it('a call survives encoding to JSON for the socket and decoding', () => {
  fc.assert(
    fc.property(logs(), (log) => {
      for (const call of callsOfEvents(eventsOf(log)).values()) {
        const received = LiveCall.parse(JSON.parse(JSON.stringify(liveCallOf(call))));
        expect(callOfLive(received)).toEqual({ ...call, more: false });
      }
    }),
  );
});

describe('a call with more segments and visits than fit', () => {
  const [shape] = [...callsOfEvents(eventsOf(fixtureLog('01-nominal'))).values()];
  const call = shape!;
  const cut = (segmentEnds: readonly boolean[], visits: number) => {
    const segments = segmentEnds.map((hasEnded, i) => ({
      ...call.segments[0]!,
      actor: `agent ${i}`,
      endedAt: hasEnded ? 1_000 + i : null,
    }));
    const sent = liveCallOf({
      ...call,
      segments,
      visits: Array.from({ length: visits }, (_, i) => ({ ...call.visits[0]!, queue: `queue ${i}` })),
    });
    return { sent, segments, received: LiveCall.parse(JSON.parse(JSON.stringify(sent))) };
  };

  it('has 64 segments, those that have not ended first, then the latest, in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (ends) => {
        const { received, segments } = cut(ends, 1);
        const shown = callOfLive(received).segments.map(({ actor }) => actor);
        // Written apart: by rank, then in order again.
        const ranked = segments
          .map(({ actor, endedAt }, i) => ({ actor, i, rank: (endedAt === null ? 1_000 : 0) + i }))
          .toSorted((a, b) => b.rank - a.rank)
          .slice(0, 64)
          .toSorted((a, b) => a.i - b.i);
        expect(shown).toEqual(ranked.map(({ actor }) => actor));
        expect(received.more).toBe(ends.length > 64 ? true : undefined);
      }),
    );
  });

  it('has the 32 latest visits, and says that there are more', () => {
    expect(cut([], 32).received).toMatchObject({ visits: { length: 32 } });
    expect(cut([], 32).received.more).toBeUndefined();
    const { received } = cut([], 33);
    expect([received.visits?.[0]?.queue, received.visits?.length, received.more]).toEqual(['queue 1', 32, true]);
  });

  it('has less than 20 kB, however many agents it had', () =>
    expect(JSON.stringify(cut(Array(20_000).fill(true), 2_000).sent).length).toBeLessThan(20_000));
});
