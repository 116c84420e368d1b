// The ceiling of the gateway: a server with only ws. `node bare-server.ts PORT ADMIN_PORT [BROKERS TOPIC]`
// With a topic it sends each record to every socket; without one it sends the `{frames, text}` of its parent process.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { connectKafka, createLog } from '@callstream/runtime';
import { followValues } from '@callstream/runtime/testing';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

/** Backpressure: most bytes that may be buffered for one socket. */
const bufferedBytesMax = 1_048_576;
const [port = '', adminPort = '', brokers, topic] = process.argv.slice(2);

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), perMessageDeflate: false, backlog: 4_096 });
server.on('connection', (socket) => socket.send('{"event":"Welcome","data":"Welcome","status":"Ok"}'));
await once(server, 'listening');

process.on('message', ({ frames, text }: { frames: number; text: string }) => void flood(frames, text));
process.once('disconnect', () => process.exit());

async function flood(frames: number, text: string): Promise<void> {
  for (let frame = 0; frame < frames; frame++) {
    for (const socket of server.clients) socket.send(text);
    while (isBehind(server.clients)) await setImmediate();
  }
}
const isBehind = (sockets: Set<WebSocket>): boolean => {
  for (const { bufferedAmount } of sockets) if (bufferedAmount > bufferedBytesMax) return true;
  return false;
};

if (brokers !== undefined && topic !== undefined) {
  const log = createLog({ service: 'bare', level: 'silent' });
  const kafka = connectKafka({ brokers: brokers.split(','), clientId: 'bare', log });
  const onValue = (value: Buffer | null): void => {
    const text = `{"event":"CallsChanged","data":{"calls":[${value?.toString() ?? ''}]}}`;
    for (const socket of server.clients) socket.send(text);
  };
  await followValues(kafka, { topic, groupId: `bare-${topic}`, onValue });
}

const register = new Registry();
collectDefaultMetrics({ register });
createServer((_, response) => void register.metrics().then((text) => response.end(text))).listen(
  Number(adminPort),
  '127.0.0.1',
  () => process.stdout.write('"bare.started"\n'),
);
