import autocannon from 'autocannon';

/** Different events that are posted in turn, of 250 to 300 bytes. autocannon keeps each of them once for each connection. */
const events = 48;

export interface Load {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly answered: number;
  readonly failed: number;
}

export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
  /** Requests per second over all connections; as many as are answered, if not given. */
  readonly rate?: number;
}

/** They are posted in turn. */
export const bodies = Array.from({ length: events }, (_, i) =>
  JSON.stringify({
    type: 'call.waiting',
    call_id: `1463669263.${30_000 + i}`,
    code: '100000',
    direction: 'inbound',
    our_number: '551130300000',
    their_number: '5511987650000',
    their_number_type: 'mobile',
    queue: '900',
    timestamp: '2026-03-02T10:00:00-03:00',
    sid: `bench-${i}`,
  }),
);

/** Posts to `url` for some time. */
export async function load(url: string, { connections, seconds, rate }: LoadOptions): Promise<Load> {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    requests: bodies.map((body) => ({ body })),
    ...(rate === undefined ? {} : { overallRate: rate }),
  });
  return {
    requestsPerSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    answered: result['2xx'],
    failed: result.non2xx + result.errors,
  };
}
