import { expectOneOf, openHttpClient } from './attack.ts';
import type { Attack } from './attack.ts';
import { largeCall } from './webhook-attacks.ts';

/** Odd paths of the gateway, and their documented status. */
const documentedStatuses: readonly (readonly [path: string, status: number])[] = [
  ['/api/calls?from=2026-03-02T13:00:00%2B15:59', 200],
  ['/api/calls?from=2026-03-02T13:00:00-23:59', 400],
  ['/api/calls?from=0000-01-01', 400],
  ['/api/calls?limit=1001', 400],
  ['/api/calls?limit=-1', 400],
  ['/api/calls?before=99999999999999999', 400],
  ['/api/calls?nope=1', 400],
  ['/api/calls?__proto__=1', 400],
  ['/api/calls?call_id=%00', 200],
  [`/api/calls?queue=${Array(101).fill('900').join()}`, 400],
  [`/api/calls/${'x'.repeat(600)}`, 400],
  ['/api/calls/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 404],
  ['/api/board?at=2099-12-31T23:59:59Z', 400],
  ['/api/board?at=0000-01-01T00:00:00Z', 400],
  ['/api/nope', 404],
];

export const requestAttacks: readonly Attack[] = [
  {
    name: 'odd queries',
    prepare: () => ({
      requests: documentedStatuses.length + 2,
      run: async ({ gatewayUrl }, count) => {
        await using client = openHttpClient(gatewayUrl, { count });
        for (const [path, status] of documentedStatuses)
          expectOneOf(path.slice(0, 80), (await client.get(path)).status, [status]);
        expectOneOf('A foreign host', (await client.get('/api/calls', { host: 'evil.example' })).status, [421]);
        expectOneOf('Headers of 20 kB', (await client.get('/api/calls', { cookie: 'x'.repeat(20_000) })).status, [431]);
      },
    }),
  },
  {
    name: 'lists of large events',
    perSecondMin: 20,
    prepare: (scale) => {
      const requests = scale === 'short' ? 20 : 300;
      return {
        requests,
        run: async ({ gatewayUrl }, count) => {
          await using client = openHttpClient(gatewayUrl, { connections: 20, count });
          const answers = Array.from({ length: requests }, async () => {
            const { status, bytes } = await client.get(`/api/calls/${largeCall}/events`);
            expectOneOf('A list of large events', status, [200, 429, 503]);
            if (bytes > 4_000_000) throw new Error(`A list of events has ${bytes} bytes.`);
          });
          await Promise.all(answers);
        },
      };
    },
  },
  {
    name: 'expensive queries, all at once',
    perSecondMin: 200,
    prepare: (scale) => {
      const requests = scale === 'short' ? 100 : 2_000;
      const paths = (i: number): string[] => [
        `/api/calls?queue=${i}&limit=1000`,
        `/api/stats?from=2020-01-01&to=2099-12-31&interval=hour&threshold=${i}`,
        `/api/calls?number=${100 + i}&direction=x${i}`,
        `/api/agents?queue=${i}`,
      ];
      return {
        requests,
        run: async ({ gatewayUrl }, count) => {
          await using client = openHttpClient(gatewayUrl, { connections: 50, count });
          const answers = Array.from({ length: requests }, async (_, i) => {
            const path = paths(i)[i % 4] ?? '';
            expectOneOf(path, (await client.get(path)).status, [200, 400, 429, 503]);
          });
          await Promise.all(answers);
        },
      };
    },
  },
];
