import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { until } from '@callstream/stack';
import { expectOneOf, openHttpClient } from './attack.ts';
import type { Attack, CountAnswer, Target } from './attack.ts';

const openConnection = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return socket;
};

const ports = ({ webhookUrl, gatewayUrl, adminPorts }: Target): number[] => [
  ...[webhookUrl, gatewayUrl].map((url) => Number(new URL(url).port)),
  ...adminPorts,
];

/** Ports of {@link Target}: of ingest, of the gateway, and three for administration. */
const portCount = 5;

/** Whether `/readyz` answers, be it with 503 while the attack is projected. */
async function answersReadiness(port: number): Promise<boolean> {
  await using client = openHttpClient(`http://127.0.0.1:${port}`);
  try {
    const { status } = await client.get('/readyz');
    return [200, 503].includes(status);
  } catch {
    return false;
  }
}

async function expectAnswers(target: Target): Promise<void> {
  // An admin port takes 100 connections, and closes those without a request after 10 s.
  for (const port of target.adminPorts)
    await until(() => answersReadiness(port), {
      onTimeout: () => new Error(`/readyz on port ${port} does not answer.`),
    });
  await using gateway = openHttpClient(target.gatewayUrl);
  expectOneOf('/api/queues', (await gateway.get('/api/queues')).status, [200]);
}

/** Opens so many connections to each port, and closes them after `use`. */
async function withConnections(
  { target, each, count }: { target: Target; each: number; count: CountAnswer },
  use: (sockets: readonly Socket[]) => Promise<void>,
): Promise<void> {
  const sockets = await Promise.all(
    ports(target).flatMap((port) => Array.from({ length: each }, () => openConnection(port))),
  );
  for (const { destroyed } of sockets) count(!destroyed);
  try {
    await use(sockets);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

export const connectionAttacks: readonly Attack[] = [
  {
    name: 'connections that send nothing',
    prepare: (scale) => {
      const each = scale === 'short' ? 60 : 700;
      return {
        requests: each * portCount,
        run: (target, count) => withConnections({ target, each, count }, () => expectAnswers(target)),
      };
    },
  },
  {
    name: 'requests whose headers never end',
    prepare: (scale) => {
      const each = scale === 'short' ? 30 : 300;
      return {
        requests: each * portCount,
        run: (target, count) =>
          withConnections({ target, each, count }, async (sockets) => {
            for (const socket of sockets) socket.write('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: ');
            for (let i = 0; i < (scale === 'short' ? 5 : 50); i++) {
              for (const socket of sockets) socket.write('x');
              await expectAnswers(target);
            }
          }),
      };
    },
  },
];
