import fc from 'fast-check';
import { defaultRoute, parseRoute, routeHash, sortKeys, views } from './route.ts';
import { callStates } from '@callstream/domain';

const wellFormed = (text: string) => text.isWellFormed();

it('reads from an address what was written into it', () => {
  const text = fc.string({ unit: 'binary' }).filter(wellFormed);
  const route = fc.record({
    view: fc.constantFrom(...views),
    callId: fc.constant(null),
    states: fc.subarray([...callStates]),
    queue: fc.option(text, { nil: null }),
    search: text,
    sort: fc.constantFrom(...sortKeys),
    isDescending: fc.boolean(),
    asColumns: fc.boolean(),
  });
  fc.assert(fc.property(route, (given) => expect(parseRoute(routeHash(given))).toEqual(given)));
  const callId = fc.string({ unit: 'binary', minLength: 1 }).filter(wellFormed);
  fc.assert(fc.property(callId, (id) => expect(parseRoute(routeHash({ view: 'calls', callId: id })).callId).toBe(id)));
});

it.each(['', '#', '#/', '#/nowhere', '#/now?state=LOST&sort=nothing', '#/%'])('makes the best of %p', (hash) => {
  expect(parseRoute(hash)).toEqual(defaultRoute);
});

it('takes an id that is not encoded well as it stands', () => {
  expect(parseRoute('#/calls/100%').callId).toBe('100%');
});
