import fc from 'fast-check';
import { defaultHistory } from './history/history-route.ts';
import { defaultRoute, parseRoute, routeHash, sortKeys, views, pastViews } from './route.ts';
import { callStates } from '@callstream/domain';

const isWellFormed = (text: string) => text.isWellFormed();

it('parses every route from its own hash', () => {
  const text = fc.string({ unit: 'binary' }).filter(isWellFormed);
  const route = fc.record({
    view: fc.constantFrom(...views),
    callId: fc.constant(null),
    number: fc.constant(null),
    states: fc.subarray([...callStates]),
    queue: fc.option(text, { nil: null }),
    search: text,
    sort: fc.constantFrom(...sortKeys),
    isDescending: fc.boolean(),
    asColumns: fc.boolean(),
    // Its own test has others.
    history: fc.constant(defaultHistory),
    at: fc.option(fc.integer({ min: Date.UTC(2000), max: Date.UTC(2100) - 1 }), { nil: null }),
    known: fc.constantFrom('now' as const, 'then' as const),
    isDifference: fc.boolean(),
  });
  const withoutPast = { at: null, known: 'now', isDifference: false };
  const hasPast = (view: string): boolean => pastViews.some((past) => past === view);
  fc.assert(
    fc.property(route, (any) =>
      expect(parseRoute(routeHash(any))).toEqual({ ...any, ...(hasPast(any.view) ? {} : withoutPast) }),
    ),
  );
  const callId = fc.string({ unit: 'binary', minLength: 1 }).filter(isWellFormed);
  fc.assert(fc.property(callId, (id) => expect(parseRoute(routeHash({ view: 'calls', callId: id })).callId).toBe(id)));
});

it.each([
  '',
  '#',
  '#/',
  '#/nowhere',
  '#/now?state=LOST&sort=nothing',
  '#/%',
  '#/now?at=then',
  '#/now?at=1999-12-31T00:00:00Z',
])('falls back to the default route for %p', (hash) => {
  expect(parseRoute(hash)).toEqual(defaultRoute);
});

it('takes a call_id with an invalid encoding literally', () => {
  expect(parseRoute('#/calls/100%').callId).toBe('100%');
});

it('parses the definition of a number from its own hash', () => {
  expect(routeHash({ number: 'service-level' })).toBe('#/numbers/service-level');
  expect(parseRoute('#/numbers/service-level').number).toBe('service-level');
});
