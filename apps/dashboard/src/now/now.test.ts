import { liveCountsByQueue, noLiveCounts, waitingCallers } from '@callstream/domain';
import { callsOfEvents, eventsOf } from '@callstream/domain/testing';
import { noNames } from '../names/name-lookup.ts';
import { severityAbove, severityBelow } from '../settings.ts';
import { queueSummaries, totalSummary } from './queue-summary.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 2, 13) + seconds * 1_000).toISOString();
const event = (type: string, call_id: string, seconds: number, more: object = {}) => ({
  body: JSON.stringify({ type, call_id, timestamp: at(seconds), ...more }),
  receivedAt: at(seconds),
});
const calls = [
  ...callsOfEvents(
    eventsOf([
      event('call.waiting', 'first', 10, { queue: '900' }),
      event('call.waiting', 'second', 5, { queue: '900' }),
      event('call.waiting', 'elsewhere', 1, { queue: '901' }),
      event('call.ongoing', 'talks', 3),
      event('call.waiting', 'gone', 1, { queue: '900' }),
      event('call.queue-abandon', 'gone', 2, { queue: '900' }),
      event('call.waiting', 'over', 1, { queue: '900' }),
      event('call.finished', 'over', 2),
      event('call.waiting', 'dialled', 0, { queue: '900', direction: 'outbound' }),
      event('call.ongoing', 'colleagues', 3, { direction: 'internal' }),
    ]),
  ).values(),
];

it('counts the callers who wait and talk in each queue, and other calls apart, and finds the longest wait of a caller', () => {
  expect(Object.fromEntries(liveCountsByQueue(calls))).toEqual({
    '900': {
      ...noLiveCounts,
      waiting: 2,
      longestWaitingSince: Date.parse(at(5)),
      outbound: { waiting: 1, talking: 0 },
    },
    '901': { ...noLiveCounts, waiting: 1, longestWaitingSince: Date.parse(at(1)) },
    '': { ...noLiveCounts, talking: 1, internal: { waiting: 0, talking: 1 } },
  });
  expect(waitingCallers(calls).map(({ callId }) => callId)).toEqual(['elsewhere', 'second', 'first']);
});

it('shows queues that are on the board only, and the total of all queues', () => {
  const counts = liveCountsByQueue(calls);
  expect(queueSummaries(null, counts, noNames).map(({ queue, waiting }) => [queue, waiting])).toEqual([
    ['', 0],
    ['900', 2],
    ['901', 1],
  ]);
  expect(totalSummary(null, counts)).toMatchObject({
    waiting: 3,
    talking: 1,
    longestWaitingSince: Date.parse(at(1)),
    outbound: { waiting: 1, talking: 0 },
    internal: { waiting: 0, talking: 1 },
  });
});

it('is a warning from one threshold on, and critical from another', () => {
  const up = (value: number | null) => severityAbove(value, { warn: 20, bad: 60 });
  expect([null, 19, 20, 59, 60].map(up)).toEqual(['ok', 'ok', 'warn', 'warn', 'bad']);
  const down = (value: number | null) => severityBelow(value, { warn: 80, bad: 60 });
  expect([null, 80, 79, 60, 59].map(down)).toEqual(['ok', 'ok', 'warn', 'warn', 'bad']);
});
