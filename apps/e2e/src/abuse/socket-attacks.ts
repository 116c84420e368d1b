import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { closeCodes } from '@callstream/contracts';
import { within } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { WebSocket } from 'ws';
import { frameOf, handshake, opcodes } from '../../bench/gateway/raw-socket.ts';
import { readMetric } from '../system/ingest.ts';
import { expectOneOf } from './attack.ts';
import type { Attack, CountAnswer, Target } from './attack.ts';
import { attackPrefix, largeCall } from './webhook-attacks.ts';

/** Longest time until a socket is closed, or answers, in ms. */
const timeoutMs = 60_000;

/** Runs `use` with a socket, which is closed afterwards. */
async function withSocket({ socketUrl }: Target, use: (socket: WebSocket) => Promise<void>): Promise<void> {
  const socket = new WebSocket(socketUrl);
  socket.on('error', () => undefined);
  try {
    await once(socket, 'open');
    await use(socket);
  } finally {
    socket.terminate();
  }
}

const closeCodeOf = async (socket: WebSocket): Promise<number> =>
  ((await once(socket, 'close', { signal: AbortSignal.timeout(timeoutMs) })) as [number])[0];

/** Sends the requests of one socket at this rate. @throws {Error} if it is closed */
async function ask(
  socket: WebSocket,
  { requests, perSecond, count }: { requests: readonly object[]; perSecond: number; count: CountAnswer },
): Promise<void> {
  const answered = Promise.withResolvers<undefined>();
  let answers = 0;
  socket.on('message', (data: Buffer) => {
    if (!data.includes('"id":')) return;
    count(!data.includes('"Failed"'));
    if (++answers === requests.length) answered.resolve(undefined);
  });
  socket.on('close', (code) => answered.reject(new Error(`A socket within the rate was closed with ${code}.`)));
  for (const [i, request] of requests.entries()) {
    socket.send(JSON.stringify({ ...request, id: i }));
    if (i % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 10_000 / perSecond));
  }
  await within(timeoutMs, answered.promise);
  socket.removeAllListeners('close');
}

interface Frames {
  readonly name: string;
  readonly send: (socket: WebSocket) => void;
  readonly code: number;
}

const closingFrames: readonly Frames[] = [
  { name: 'A binary frame', send: (socket) => socket.send(Buffer.from([1])), code: closeCodes.notText.code },
  { name: 'A frame of 70 kB', send: (socket) => socket.send('x'.repeat(70_000)), code: 1009 },
  {
    name: 'A message of 100 fragments',
    send: (socket) => {
      for (let i = 0; i < 100; i++) socket.send('x', { fin: i === 99 });
    },
    code: 1008,
  },
  {
    name: 'A text that is not UTF-8',
    send: (socket) => socket.send(Buffer.from([0xc3, 0x28]), { binary: false }),
    code: 1007,
  },
  {
    name: 'A thousand messages at once',
    send: (socket) => {
      for (let i = 0; i < 1_000; i++) socket.send('{"event":"Nope","data":{}}');
    },
    code: closeCodes.flood.code,
  },
];

const noRequests = ['', '{', '[]', '{"event":1}', '{"event":"Nope","data":{}}', '[['.repeat(10_000)];

export const socketAttacks: readonly Attack[] = [
  {
    name: 'frames that close the socket',
    prepare: () => ({
      requests: closingFrames.length,
      run: async (target, count) => {
        for (const { name, send, code } of closingFrames)
          await withSocket(target, async (socket) => {
            const closed = closeCodeOf(socket);
            send(socket);
            expectOneOf(name, await closed, [code]);
            count(false);
          });
      },
    }),
  },
  {
    name: 'frames that are no requests',
    prepare: () => ({
      requests: noRequests.length,
      run: (target, count) =>
        withSocket(target, async (socket) => {
          let answers = 0;
          const answered = Promise.withResolvers<string>();
          socket.on('message', (data: Buffer) => {
            if (!data.includes('"Failed"')) return;
            count(false);
            if (++answers === noRequests.length) answered.resolve('answered');
          });
          socket.on('close', (code) => answered.resolve(`closed with ${code}`));
          for (const text of noRequests) socket.send(text);
          expectOneOf('Frames that are no requests', await within(timeoutMs, answered.promise), ['answered']);
        }),
    }),
  },
  {
    name: 'watches of queues and agents, again and again, within the rate',
    // Three sockets, 45 a second each.
    perSecondMin: 100,
    prepare: (scale) => {
      const requests = Array.from({ length: scale === 'short' ? 40 : 600 }, (_, i) => [
        { event: 'WatchQueues', data: {} },
        { event: 'UnwatchQueues', data: {} },
        { event: 'ListCalls', data: { params: { queue: `q${i}` } } },
      ]).flat();
      return {
        requests: 3 * requests.length,
        run: async (target, count) => {
          const attackers = Array.from({ length: 3 }, () =>
            withSocket(target, (socket) => ask(socket, { requests, perSecond: 45, count })),
          );
          await Promise.all(attackers);
        },
      };
    },
  },
  {
    name: 'sockets that subscribe and do not read',
    prepare: (scale) => {
      const requests = scale === 'short' ? 50 : 200;
      return {
        requests,
        run: async (target, count) => {
          const { port, hostname } = new URL(target.socketUrl);
          const sockets = Array.from({ length: requests }, (_, i) => {
            const socket = connectTcp(Number(port), hostname).on('error', () => undefined);
            socket.pause();
            socket.write(handshake);
            for (const request of [
              { event: 'Subscribe', data: { queues: [`q${i}`, `${attackPrefix}queue`] } },
              { event: 'WatchAgents', data: {} },
              { event: 'WatchCall', data: { call_id: largeCall } },
            ])
              socket.write(frameOf(opcodes.text, Buffer.from(JSON.stringify(request))));
            return socket;
          });
          const [, , gatewayAdmin = 0] = target.adminPorts;
          await until(async () => (await readMetric(gatewayAdmin, 'callstream_gateway_sockets')) >= requests, {
            timeoutMs,
            onTimeout: () => new Error('The gateway did not accept all of the sockets.'),
          });
          // As long as the gateway waits for a slow reader, in the full attack.
          await new Promise((resolve) => setTimeout(resolve, scale === 'short' ? 2_000 : 16_000));
          for (const socket of sockets) {
            count(!socket.destroyed);
            socket.destroy();
          }
        },
      };
    },
  },
];
