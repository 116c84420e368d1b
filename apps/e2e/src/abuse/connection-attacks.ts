import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { expectOneOf, openHttpClient } from './attack.ts';
import type { Attack, Target } from './attack.ts';

const openConnection = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return socket;
};

const ports = ({ webhookUrl, gatewayUrl, adminPorts }: Target): number[] => [
  ...[webhookUrl, gatewayUrl].map((url) => Number(new URL(url).port)),
  ...adminPorts,
];

async function expectAnswers(target: Target): Promise<void> {
  await using gateway = openHttpClient(target.gatewayUrl);
  expectOneOf('/api/queues', (await gateway.get('/api/queues')).status, [200]);
}

export const connectionAttacks: readonly Attack[] = [
  {
    name: 'connections that send nothing',
    run: async (target, scale) => {
      const count = scale === 'short' ? 60 : 700;
      const sockets = await Promise.all(
        ports(target).flatMap((port) => Array.from({ length: count }, () => openConnection(port))),
      );
      try {
        await expectAnswers(target);
      } finally {
        for (const socket of sockets) socket.destroy();
      }
    },
  },
  {
    name: 'requests whose headers never end',
    run: async (target, scale) => {
      const count = scale === 'short' ? 30 : 300;
      const sockets = await Promise.all(
        ports(target).flatMap((port) => Array.from({ length: count }, () => openConnection(port))),
      );
      try {
        for (const socket of sockets) socket.write('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: ');
        for (let i = 0; i < (scale === 'short' ? 5 : 50); i++) {
          for (const socket of sockets) socket.write('x');
          await expectAnswers(target);
        }
      } finally {
        for (const socket of sockets) socket.destroy();
      }
    },
  },
];
