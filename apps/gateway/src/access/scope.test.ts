import type { Queryable } from '@callstream/tables';
import type { CallBoard } from '../board/board.ts';
import type { QueryRoute } from '../http/routes.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import { createSingleFlight, scheduleNow } from '../scheduling/single-flight.ts';
import { gatewayRequester } from '../scheduling/requester.ts';
import { maskNumber, numberForms } from './mask.ts';
import { everything, Raw, Scope } from './scope.ts';

const masked = new Scope({ queues: null, masked: true });
const number = '5511912345678';

it('a raw value is shown as the scope allows, and nothing else reads it', () => {
  const raw = new Raw(number, numberForms);
  expect([everything.show(raw), masked.show(raw)]).toEqual([number, maskNumber(number)]);
  expect(JSON.stringify({ raw })).toBe('{"raw":{}}');
  expect(Object.values(raw)).toEqual([]);
});

it('each form of a raw value is made once', () => {
  const made: string[] = [];
  const form = (name: string) => () => {
    made.push(name);
    return name;
  };
  const raw = new Raw(number, { full: form('full'), masked: form('masked') });
  for (const scope of [everything, masked, everything, masked]) scope.show(raw);
  expect(made).toEqual(['full', 'masked']);
});

it('a scope includes its queues only, and no call without a queue', () => {
  const scope = new Scope({ queues: ['900', ''], masked: false });
  expect(['900', '901', '', null, undefined].map((queue) => scope.includes(queue))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
  expect(['900', '', null].map((queue) => everything.includes(queue))).toEqual([true, true, true]);
});

it('requests share a query only if their scopes show the same', async () => {
  const queries: Scope[] = [];
  const run = createSingleFlight(
    ({ scope }: { readonly scope: Scope }) => Promise.resolve(queries.push(scope)),
    scheduleNow,
  );
  const scopes = [
    everything,
    masked,
    new Scope({ queues: ['900', '901'], masked: true }),
    new Scope({ queues: ['901', '900', '900'], masked: true }),
    new Scope({ queues: ['900', '901'], masked: false }),
  ];
  await Promise.all(scopes.map((scope) => run(gatewayRequester, { scope })));
  expect(queries.map((scope) => scopes.indexOf(scope))).toEqual([0, 1, 2, 4]);
});

/** Type errors: a way around the mask does not compile. `tsc` fails if one of these lines compiles. */
it('code that forgets the mask does not compile', () => {
  const never = (client: SocketClient, board: CallBoard): unknown[] => {
    const raw = new Raw(number, numberForms);
    const scope = client.scope();
    // @ts-expect-error A raw value is not its content.
    const text: string = raw;
    // @ts-expect-error The content of a raw value is private.
    const value: unknown = raw.value;
    // @ts-expect-error Whether numbers are masked is private.
    const isMasked: unknown = scope.masked;
    const copied: Pick<Scope, keyof Scope> = scope;
    // @ts-expect-error A scope cannot be made up, only made of permissions.
    const madeUp: Scope = copied;
    for (const { call, ...entry } of board.entries()) {
      // @ts-expect-error The board gives the text of a call only to a scope.
      if (call) client.send('', call.text);
      // @ts-expect-error The number of a call is not on the board.
      if (call?.theirNumber) continue;
      // @ts-expect-error The facts of a call stay in the board.
      if (entry.facts) continue;
    }
    // @ts-expect-error A route has no access to the tables but through its scope.
    const route: QueryRoute = () => (tables) => searchWith(tables);
    return [text, value, isMasked, madeUp, route];
  };
  expect(never).toBeDefined();
});

declare function searchWith(db: Queryable): Promise<object>;
