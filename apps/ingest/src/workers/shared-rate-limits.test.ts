import { createRateLimits } from '../admission/rate-limits.ts';
import { createSharedRateLimits } from './shared-rate-limits.ts';
import type { RemoteRateLimits } from './shared-rate-limits.ts';

const limits = { requestsPerSecond: 1, refusedPerMinute: 2 };

/** The rate limits of two workers, counted in one place, and the messages that they send. */
function startWorkers() {
  const { admit, countRefusal } = createRateLimits(limits);
  const messages: (readonly string[])[] = [];
  const remote: RemoteRateLimits = {
    admit: (addresses) => {
      messages.push(addresses);
      return Promise.resolve(addresses.map(admit));
    },
    countRefusals: (addresses) => {
      addresses.forEach(countRefusal);
      return Promise.resolve();
    },
  };
  return { messages, workers: [createSharedRateLimits(limits, remote), createSharedRateLimits(limits, remote)] };
}

it('requests of one address count in all workers together, by one message per turn of the event loop', async () => {
  const { messages, workers } = startWorkers();
  const requests = workers.flatMap(({ admit }) => Array.from({ length: 8 }, async () => admit('203.0.113.7')));
  const waits = await Promise.all(requests);
  expect(waits.filter((seconds) => seconds === null)).toHaveLength(10);
  expect(messages.map(({ length }) => length)).toEqual([8, 8]);
});

it('refused requests of one worker limit the address in the other', async () => {
  const { workers } = startWorkers();
  const [first, second] = workers;
  first?.countRefusal('203.0.113.7');
  first?.countRefusal('203.0.113.7');
  // After the turn in which they are sent.
  await first?.admit('203.0.113.8');
  expect(await second?.admit('203.0.113.7')).toBeGreaterThan(0);
});

it('without limits, or without a primary, every request is admitted', async () => {
  const ended = () => Promise.reject(new Error('The primary has ended.'));
  const none = { requestsPerSecond: 0, refusedPerMinute: 0 };
  expect(createSharedRateLimits(none, { admit: ended, countRefusals: ended }).admit('203.0.113.7')).toBeNull();
  expect(await createSharedRateLimits(limits, { admit: ended, countRefusals: ended }).admit('203.0.113.7')).toBeNull();
});
