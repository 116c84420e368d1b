import { startFaultySystem } from './faulty-system.ts';

it('sockets cut, a gateway killed, moves between gateways, Kafka and Postgres away: every dashboard ends with the fold of the log, and on the way no call is ever less', async () => {
  await using world = await startFaultySystem();
  await world.provoke({ seed: 1, webhooks: 260, faults: 6 });
  await world.expectNoGap();
}, 180_000);
