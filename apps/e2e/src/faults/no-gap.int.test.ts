import { startFaultySystem } from './faulty-system.ts';

it('every client ends with the fold of the log and never sees a call go back, while sockets are cut, gateways killed or changed, and Kafka and Postgres unavailable', async () => {
  await using system = await startFaultySystem();
  await system.injectFaults({ seed: 1, webhooks: 260, faults: 6 });
  await system.expectNoGap();
});
