import { once } from 'node:events';
import { closeCodes, ServerMessage } from '@callstream/contracts';
import { within } from '@callstream/runtime';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { fetchJson } from './fuzzed-system.ts';
import type { FuzzedSystem } from './fuzzed-system.ts';
import { nearlyValid, validValues } from './schema-arbitrary.ts';
import type { JsonSchema } from './schema-arbitrary.ts';

interface AsyncApi {
  readonly components: { readonly messages: Readonly<Record<string, { readonly payload: JsonSchema }>> };
}

/** Closes of WebSocket itself, and those of the gateway's table; but 4014 is a bug, and these clients are neither many nor fast. */
const allowedCloses: readonly number[] = [
  ...[1000, 1003, 1005, 1007, 1008, 1009],
  ...Object.entries(closeCodes).flatMap(([cause, { code }]) =>
    ['internal', 'flood', 'full'].includes(cause) ? [] : [code],
  ),
];

/**
 * Sends sequences of frames that are nearly as the AsyncAPI describes, each on a new socket: each frame that comes back is as
 * described, and the socket either still answers or was closed by the table.
 */
export async function fuzzSockets({ gatewayUrl, socketUrl, known }: FuzzedSystem, numRuns: number): Promise<void> {
  const { components } = await fetchJson<AsyncApi>(`${gatewayUrl}/api/asyncapi.json`);
  const requests = Object.entries(components.messages).flatMap(([name, { payload }]) =>
    name.startsWith('request.') ? [validValues(payload, known)] : [],
  );
  expect(requests.length).toBeGreaterThanOrEqual(14);
  // Not one refusal after the other: whatever chance makes of the frames, these are answered.
  expect(await exchange(socketUrl, plainFrames(known), expectedEvents)).toEqual({ closeCode: null, invalid: [] });
  await fc.assert(
    fc.asyncProperty(fc.array(framesOf(fc.oneof(...requests)), { maxLength: 25 }), async (frames) => {
      const { closeCode, invalid } = await exchange(socketUrl, frames);
      if (closeCode !== null) expect(allowedCloses).toContain(closeCode);
      expect(invalid).toEqual([]);
    }),
    { numRuns },
  );
}

const expectedEvents = ['Snapshot', 'Queues', 'Agents', 'CallEvents', 'InvalidMessage', 'InvalidEvent'];

/** Frames that are answered with these events. */
const plainFrames = ([callId]: readonly string[]): string[] => [
  '{"event":"Subscribe","data":{}}',
  '{"event":"WatchQueues","data":{}}',
  '{"event":"WatchAgents","data":{}}',
  JSON.stringify({ event: 'WatchCall', data: { call_id: callId } }),
  '{"event":"Odd","data":{}}',
  '{"event":',
];

const framesOf = (request: fc.Arbitrary<unknown>): fc.Arbitrary<string | Buffer> =>
  fc.oneof(
    { weight: 20, arbitrary: nearlyValid(request).map((value) => JSON.stringify(value)) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(request, fc.nat({ max: 30 }))
        .map(([value, length]) => JSON.stringify(value).slice(0, length)),
    },
    { weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 1, arbitrary: fc.constantFrom('x'.repeat(70_000), `{"event":"Subscribe","data":${'['.repeat(20_000)}`) },
    { weight: 1, arbitrary: fc.constant(Buffer.from([1, 2, 3])) },
  );

/** Longest time until the last request is answered, in ms. */
const answerMsMax = 30_000;

interface Exchange {
  /** null if the socket still answered at the end. */
  readonly closeCode: number | null;
  /** Frames that are not as described. */
  readonly invalid: readonly string[];
}

/** Sends the frames, and waits until the socket has sent these events and answers one more request, or is closed. */
async function exchange(
  socketUrl: string,
  frames: readonly (string | Buffer)[],
  awaited: readonly string[] = [],
): Promise<Exchange> {
  const socket = new WebSocket(socketUrl);
  const invalid: string[] = [];
  const missing = new Set([...awaited, 'the last']);
  const last = Promise.withResolvers<null>();
  const closed = once(socket, 'close').then(([code]) => code as number);
  socket.on('message', (data: Buffer) => {
    const frame = ServerMessage.safeParse(JSON.parse(data.toString()));
    if (!frame.success) invalid.push(data.toString());
    else missing.delete('id' in frame.data && frame.data.id === 'the last' ? 'the last' : frame.data.event);
    if (missing.size === 0) last.resolve(null);
  });
  try {
    await once(socket, 'open');
    for (const frame of frames) socket.send(frame);
    socket.send('{"event":"ListCalls","data":{"params":{"limit":1}},"id":"the last"}');
    const closeCode = await within(answerMsMax, Promise.race([last.promise, closed]));
    return { closeCode, invalid };
  } finally {
    socket.terminate();
  }
}
