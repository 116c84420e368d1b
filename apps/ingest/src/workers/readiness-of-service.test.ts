import { readinessOfService } from './readiness-of-service.ts';

const works = { isStopping: false, kafkaProblem: null, spoolProblem: null, spooled: 0 };
const two = { isStopping: false, running: 2, workers: 2 };

it.each([
  ['all workers work', [works, works], two, null],
  [
    'all workers spool',
    [
      { ...works, kafkaProblem: 'Kafka is away.', spooled: 3 },
      { ...works, spooled: 4 },
    ],
    two,
    /7 wait/,
  ],
  ['the spool of one is full', [{ ...works, kafkaProblem: 'Away.', spoolProblem: 'Full.' }, works], two, 'Away. Full.'],
  ['one is being replaced', [works], { ...two, running: 1 }, /^1 of 2 workers run\.$/],
  [
    'one is being replaced, and the other drains',
    [{ ...works, spooled: 2 }],
    { ...two, running: 1 },
    /^1 of 2 .* 2 events/,
  ],
  ['one does not answer', [works], two, '1 of 2 workers do not answer.'],
  ['none runs', [], { ...two, running: 0 }, 'No worker runs.'],
  ['the service stops', [works, works], { ...two, isStopping: true }, 'Stopping.'],
])('%s', (_, states, service, expected) => {
  const readiness = readinessOfService(states, service);
  if (expected instanceof RegExp) expect((readiness as { note: string }).note).toMatch(expected);
  else expect(readiness).toBe(expected);
});
