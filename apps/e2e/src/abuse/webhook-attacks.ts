import { randomBytes } from 'node:crypto';
import { eventText, expectOneOf, openHttpClient } from './attack.ts';
import type { Attack, CountAnswer, PreparedAttack, Scale, Target } from './attack.ts';

/** Calls, queues and agents of the attack have ids with this beginning. */
export const attackPrefix = 'abuse-';
/** A call with many large events. */
export const largeCall = `${attackPrefix}large`;

const path = (target: Target): string => new URL(target.webhookUrl).pathname;

/** Posts the bodies, some at a time. @throws {Error} if one is not answered with 200 */
async function postAll(target: Target, bodies: readonly (string | Buffer)[], count: CountAnswer): Promise<void> {
  await using client = openHttpClient(target.webhookUrl, { connections: 16, count });
  const remaining = bodies.values();
  const work = async (): Promise<void> => {
    for (const body of remaining) expectOneOf('A webhook', (await client.post(path(target), body)).status, [200]);
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

const counts = {
  manyAgents: { short: 100, full: 8_000 },
  liveCalls: { short: 200, full: 20_000 },
  agents: { short: 200, full: 30_000 },
  largeEvents: { short: 5, full: 100 },
  numbers: { short: 1, full: 20 },
} as const satisfies Record<string, Readonly<Record<Scale, number>>>;

const generate = <Body>(count: number, make: (i: number) => Body): Body[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** An attack that posts such bodies, all of which are accepted. */
const floodOf = (bodies: readonly (string | Buffer)[]): PreparedAttack => ({
  requests: bodies.length,
  run: (target, count) => postAll(target, bodies, count),
});

const longText = (): string => randomBytes(4_000).toString('hex');
const identifiers = ['type', 'call_id', 'actor', 'queue', 'code'];

const foreignHeaders: readonly Readonly<Record<string, string>>[] = [
  { origin: 'https://evil.example' },
  { 'sec-fetch-site': 'cross-site' },
  { origin: 'null', 'content-type': 'text/plain' },
];

export const webhookAttacks: readonly Attack[] = [
  {
    name: 'texts that are too long for an index',
    prepare: () => {
      const bodies = generate(12, (i) =>
        eventText({
          type: i % 2 === 0 ? 'call.overflow' : 'call.new',
          call_id: `${attackPrefix}text-${i}`,
          destination: longText(),
          their_number: longText(),
          url: longText(),
        }),
      );
      return {
        requests: bodies.length + identifiers.length,
        run: async (target, count) => {
          await postAll(target, bodies, count);
          await using client = openHttpClient(target.webhookUrl, { count });
          for (const field of identifiers) {
            const body = eventText({ type: 'call.new', call_id: 'x', [field]: longText() });
            const { status } = await client.post(path(target), body);
            expectOneOf(`"${field}" of 8,000 characters`, status, [400]);
          }
        },
      };
    },
  },
  {
    name: 'bodies that are no events, or odd ones',
    prepare: () => {
      const bodies: readonly (string | Buffer)[] = [
        ...['', '{', 'null', '[]', '"x"', '{}', '{"type":1}', '{"type":"x","call_id":{}}', '[['.repeat(50_000)],
        ...['{"type":"x","n":1e131071}', '{"type":"x\\u0000","__proto__":{"a":1}}', '{"type":"x","a":"\\ud800"}'],
        ...[`{"type":"x","a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`, Buffer.from([0xff, 0xfe, 0x7b])],
      ];
      return {
        requests: bodies.length + 1,
        run: async (target, count) => {
          await using client = openHttpClient(target.webhookUrl, { count });
          for (const body of bodies) {
            const { status } = await client.post(path(target), body);
            expectOneOf(`The body ${body.toString().slice(0, 40)}`, status, [200, 400]);
          }
          const { status } = await client.post(path(target), Buffer.alloc(3_000_000, 0x20));
          expectOneOf('A body of 3 MB', status, [413]);
        },
      };
    },
  },
  {
    name: 'megabytes of numbers',
    perSecondMin: 1,
    prepare: (scale) => {
      const numbers = Array(450_000).fill('7').join();
      return floodOf(
        generate(counts.numbers[scale], (i) => Buffer.from(`{"type":"x","call_id":${i},"n":[${numbers}]}`)),
      );
    },
  },
  {
    name: 'a call with large events',
    perSecondMin: 1,
    prepare: (scale) => {
      const data = 'x'.repeat(900_000);
      return floodOf(
        generate(counts.largeEvents[scale], (n) =>
          Buffer.from(eventText({ type: 'call.data-provided', call_id: largeCall, n, data })),
        ),
      );
    },
  },
  {
    name: 'a call with many agents, among many live calls',
    perSecondMin: 300,
    prepare: (scale) =>
      floodOf([
        ...generate(counts.liveCalls[scale], (i) =>
          eventText({ type: 'call.waiting', call_id: `${attackPrefix}live-${i}`, queue: `${attackPrefix}queue` }),
        ),
        ...generate(counts.manyAgents[scale], (i) =>
          eventText({ type: 'actor.ringing', call_id: `${attackPrefix}crowd`, actor: `${attackPrefix}${i}` }),
        ),
      ]),
  },
  {
    name: 'many agents log in',
    perSecondMin: 300,
    prepare: (scale) =>
      floodOf(
        generate(counts.agents[scale], (i) =>
          eventText({ type: 'actor.logged-in', actor: `${attackPrefix}agent-${i}`, queue: `${attackPrefix}queue` }),
        ),
      ),
  },
  {
    name: 'requests of web pages',
    prepare: () => ({
      requests: foreignHeaders.length + 1,
      run: async (target, count) => {
        await using client = openHttpClient(target.webhookUrl, { count });
        const post = (headers: Readonly<Record<string, string>>) =>
          client.post(path(target), eventText({ type: 'x' }), headers);
        for (const headers of foreignHeaders)
          expectOneOf(`A webhook with ${JSON.stringify(headers)}`, (await post(headers)).status, [403]);
        expectOneOf('A rebound name', (await post({ host: 'evil.example' })).status, [421]);
      },
    }),
  },
];
