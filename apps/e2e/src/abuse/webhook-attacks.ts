import { randomBytes } from 'node:crypto';
import { eventText, expectOneOf, openHttpClient } from './attack.ts';
import type { Attack, Scale, Target } from './attack.ts';

/** Calls, queues and agents of the attack have ids with this beginning. */
export const attackPrefix = 'abuse-';
/** A call with many large events. */
export const largeCall = `${attackPrefix}large`;

const path = (target: Target): string => new URL(target.webhookUrl).pathname;

/** Posts the bodies, some at a time. @throws {Error} if one is not answered with 200 */
async function postAll(target: Target, bodies: Iterable<string>): Promise<void> {
  await using client = openHttpClient(target.webhookUrl, 16);
  const remaining = bodies[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (let next = remaining.next(); next.done !== true; next = remaining.next())
      expectOneOf('A webhook', (await client.post(path(target), next.value)).status, [200]);
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

function* generate(count: number, make: (i: number) => string): Generator<string> {
  for (let i = 0; i < count; i++) yield make(i);
}

export const webhookAttacks: readonly Attack[] = [
  {
    name: 'texts that are too long for an index',
    run: async (target) => {
      const long = () => randomBytes(4_000).toString('hex');
      await postAll(
        target,
        generate(12, (i) =>
          eventText({
            type: i % 2 === 0 ? 'call.overflow' : 'call.new',
            call_id: `${attackPrefix}text-${i}`,
            destination: long(),
            their_number: long(),
            url: long(),
          }),
        ),
      );
      await using client = openHttpClient(target.webhookUrl);
      for (const field of ['type', 'call_id', 'actor', 'queue', 'code'])
        expectOneOf(
          `"${field}" of 8,000 characters`,
          (await client.post(path(target), eventText({ type: 'call.new', call_id: 'x', [field]: long() }))).status,
          [400],
        );
    },
  },
  {
    name: 'bodies that are no events, or odd ones',
    run: async (target) => {
      await using client = openHttpClient(target.webhookUrl);
      const bodies: readonly (string | Buffer)[] = [
        ...['', '{', 'null', '[]', '"x"', '{}', '{"type":1}', '{"type":"x","call_id":{}}', '[['.repeat(50_000)],
        ...['{"type":"x","n":1e131071}', '{"type":"x\\u0000","__proto__":{"a":1}}', '{"type":"x","a":"\\ud800"}'],
        ...[`{"type":"x","a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`, Buffer.from([0xff, 0xfe, 0x7b])],
      ];
      for (const body of bodies)
        expectOneOf(
          `The body ${body.toString().slice(0, 40)}`,
          (await client.post(path(target), body)).status,
          [200, 400],
        );
      expectOneOf('A body of 3 MB', (await client.post(path(target), Buffer.alloc(3_000_000, 0x20))).status, [413]);
    },
  },
  {
    name: 'megabytes of numbers',
    run: (target, scale) =>
      postAll(
        target,
        generate(counts.numbers[scale], (i) => `{"type":"x","call_id":${i},"n":[${Array(450_000).fill('7').join()}]}`),
      ),
  },
  {
    name: 'a call with large events',
    run: (target, scale) =>
      postAll(
        target,
        generate(counts.largeEvents[scale], (n) =>
          eventText({ type: 'call.data-provided', call_id: largeCall, n, data: 'x'.repeat(900_000) }),
        ),
      ),
  },
  {
    name: 'a call with many agents, among many live calls',
    run: async (target, scale) => {
      const waits = (call_id: string) => eventText({ type: 'call.waiting', call_id, queue: `${attackPrefix}queue` });
      await postAll(
        target,
        generate(counts.liveCalls[scale], (i) => waits(`${attackPrefix}live-${i}`)),
      );
      await postAll(
        target,
        generate(counts.manyAgents[scale], (i) =>
          eventText({ type: 'actor.ringing', call_id: `${attackPrefix}crowd`, actor: `${attackPrefix}${i}` }),
        ),
      );
    },
  },
  {
    name: 'many agents log in',
    run: (target, scale) =>
      postAll(
        target,
        generate(counts.agents[scale], (i) =>
          eventText({ type: 'actor.logged-in', actor: `${attackPrefix}agent-${i}`, queue: `${attackPrefix}queue` }),
        ),
      ),
  },
  {
    name: 'requests of web pages',
    run: async (target) => {
      await using client = openHttpClient(target.webhookUrl);
      const foreign: readonly Readonly<Record<string, string>>[] = [
        { origin: 'https://evil.example' },
        { 'sec-fetch-site': 'cross-site' },
        { origin: 'null', 'content-type': 'text/plain' },
      ];
      for (const headers of foreign)
        expectOneOf(
          `A webhook with ${JSON.stringify(headers)}`,
          (await client.post(path(target), eventText({ type: 'x' }), headers)).status,
          [403],
        );
      expectOneOf(
        'A rebound name',
        (await client.post(path(target), eventText({ type: 'x' }), { host: 'evil.example' })).status,
        [421],
      );
    },
  },
];
