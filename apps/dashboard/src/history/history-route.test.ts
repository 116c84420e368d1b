import { callOutcomes } from '@callstream/domain';
import fc from 'fast-check';
import { parseRoute, routeHash } from '../route.ts';
import { defaultHistory, heats, visitLists } from './history-route.ts';
import { divisions } from './days.ts';

it('the address has the whole history', () => {
  const day = fc
    .date({ min: new Date('2000-01-01'), max: new Date('2099-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
  const period = fc.tuple(day, day).map(([a, b]) => ({ from: a < b ? a : b, to: a < b ? b : a }));
  const part = fc.oneof(
    fc.constant({ begin: '2026-03-02T03:00:00.000Z', end: '2026-03-02T03:30:00.000Z' }),
    fc.record(
      { weekday: fc.integer({ min: 1, max: 7 }), hour: fc.integer({ min: 0, max: 23 }) },
      { noNullPrototype: true },
    ),
  );
  const history = fc
    .record({
      period: fc.option(period, { nil: { from: null, to: null } }),
      by: fc.constantFrom(null, ...divisions),
      thresholds: fc.array(fc.nat(99_999), { maxLength: 2 }),
      heat: fc.constantFrom(...heats),
      list: fc.oneof(
        fc.constant(null),
        fc.constantFrom(...visitLists).map((of) => ({ rows: 'visits', of }) as const),
        fc
          .constantFrom(null, ...callOutcomes.outbound)
          .map((outcome) => ({ rows: 'calls', direction: 'outbound', outcome }) as const),
        fc.option(fc.string({ minLength: 1 })).map((actor) => ({ rows: 'agent-calls', actor }) as const),
        fc.string({ minLength: 1 }).map((actor) => ({ rows: 'agent-sessions', actor }) as const),
      ),
      part: fc.option(part),
    })
    .map(({ period: days, ...rest }) => ({ ...rest, ...days }));
  fc.assert(
    fc.property(history, fc.option(fc.string({ minLength: 1 })), (shown, queue) => {
      const route = parseRoute(routeHash({ view: 'history', history: shown, queue }));
      expect([route.view, route.history, route.queue]).toEqual(['history', shown, queue]);
    }),
  );
});

it.each([
  'from=2026-03-02',
  'from=2026-03-02&to=2026-03-01',
  'from=2026-13-02&to=2026-14-01',
  'by=year&heat=rain&list=lost',
  'list=calls&direction=up',
  'list=agent-sessions',
  'weekday=8&hour=3',
  'weekday=1&hour=24',
  'weekday=1',
  'thresholds=-1,x,123456',
  'begin=now&end=then',
])('an address with %s shows the default', (query) => {
  expect(parseRoute(`#/history?${query}`).history).toEqual(defaultHistory);
});
