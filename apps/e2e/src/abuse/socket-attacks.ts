import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { closeCodes } from '@callstream/contracts';
import { WebSocket } from 'ws';
import { expectOneOf } from './attack.ts';
import type { Attack, Target } from './attack.ts';
import { attackPrefix, largeCall } from './webhook-attacks.ts';

/** Longest time until a socket is closed, or answers, in ms. */
const timeoutMs = 60_000;

async function open({ socketUrl }: Target): Promise<WebSocket> {
  const socket = new WebSocket(socketUrl);
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

const closeCodeOf = async (socket: WebSocket): Promise<number> =>
  ((await once(socket, 'close', { signal: AbortSignal.timeout(timeoutMs) })) as [number])[0];

/** Sends the requests of one socket at this rate. @throws {Error} if it is closed */
async function ask(target: Target, requests: readonly object[], perSecond: number): Promise<void> {
  const socket = await open(target);
  const answered = Promise.withResolvers<undefined>();
  let answers = 0;
  socket.on('message', (data: Buffer) => {
    if (data.includes('"id":') && ++answers === requests.length) answered.resolve(undefined);
  });
  socket.on('close', (code) => answered.reject(new Error(`A socket within the rate was closed with ${code}.`)));
  for (const [i, request] of requests.entries()) {
    socket.send(JSON.stringify({ ...request, id: i }));
    if (i % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 10_000 / perSecond));
  }
  const timeout = AbortSignal.timeout(timeoutMs);
  timeout.addEventListener('abort', () => answered.reject(new Error('A socket was not answered.')));
  await answered.promise;
  socket.removeAllListeners('close');
  socket.terminate();
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

export const socketAttacks: readonly Attack[] = [
  {
    name: 'frames that close the socket',
    run: async (target) => {
      for (const { name, send, code } of closingFrames) {
        const socket = await open(target);
        const closed = closeCodeOf(socket);
        send(socket);
        expectOneOf(name, await closed, [code]);
      }
    },
  },
  {
    name: 'frames that are no requests',
    run: async (target) => {
      const socket = await open(target);
      const texts = ['', '{', '[]', '{"event":1}', '{"event":"Nope","data":{}}', '[['.repeat(10_000)];
      let answers = 0;
      socket.on('message', (data: Buffer) => {
        if (data.includes('"Failed"')) answers++;
      });
      const closed = closeCodeOf(socket).then((code) => `closed with ${code}`);
      for (const text of texts) socket.send(text);
      const answered = (async () => {
        while (answers < texts.length) await once(socket, 'message');
        return 'answered';
      })();
      expectOneOf('Frames that are no requests', await Promise.race([answered, closed]), ['answered']);
      closed.catch(() => undefined);
      socket.terminate();
    },
  },
  {
    name: 'watches of queues and agents, again and again, within the rate',
    run: async (target, scale) => {
      const requests = Array.from({ length: scale === 'short' ? 40 : 600 }, (_, i) => [
        { event: 'WatchQueues', data: {} },
        { event: 'UnwatchQueues', data: {} },
        { event: 'ListCalls', data: { params: { queue: `q${i}` } } },
      ]).flat();
      await Promise.all(Array.from({ length: 3 }, () => ask(target, requests, 45)));
    },
  },
  {
    name: 'sockets that subscribe and do not read',
    run: async (target, scale) => {
      const url = new URL(target.socketUrl);
      const frame = (text: string): Buffer => {
        const payload = Buffer.from(text);
        const head =
          payload.length < 126
            ? [0x81, 0x80 | payload.length]
            : [0x81, 0xfe, payload.length >> 8, payload.length & 255];
        return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
      };
      const sockets = Array.from({ length: scale === 'short' ? 50 : 200 }, (_, i) => {
        const socket = connectTcp(Number(url.port), url.hostname).on('error', () => undefined);
        socket.pause();
        socket.write(
          `GET / HTTP/1.1\r\nhost: ${url.host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${Buffer.alloc(16, i).toString('base64')}\r\n\r\n`,
        );
        for (const request of [
          { event: 'Subscribe', data: { queues: [`q${i}`, `${attackPrefix}queue`] } },
          { event: 'WatchAgents', data: {} },
          { event: 'WatchCall', data: { call_id: largeCall } },
        ])
          socket.write(frame(JSON.stringify(request)));
        return socket;
      });
      // As long as the gateway waits for a slow reader, in the full attack.
      await new Promise((resolve) => setTimeout(resolve, scale === 'short' ? 2_000 : 16_000));
      for (const socket of sockets) socket.destroy();
    },
  },
];
