import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { DelegationResult } from '@callstream/tables';
import { createMetrics } from '../metrics.ts';
import type { ProviderAction, ProviderAnswer } from '../providers/provider.ts';
import { createSender } from './sender.ts';

afterEach(() => jest.restoreAllMocks());

type Ask = (action: ProviderAction, attempt: number, timeoutMs: number) => ProviderAnswer | Promise<ProviderAnswer>;

/** Stops the clock. @returns moves it to so many ms after the start, and its time */
function stopClock() {
  const startedAt = Date.now();
  let passedMs = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => startedAt + passedMs);
  return { moveTo: (ms: number): void => void (passedMs = ms), passedMs: (): number => passedMs };
}

/** Sends calls with this deadline (ms from now) over one connection. @returns outcomes by call id, and the calls that were asked */
async function send(callIds: readonly string[], deadlineMs: number, ask: Ask) {
  const results = new Map<string, DelegationResult>();
  const asked: string[] = [];
  const receivedAt = Date.now();
  const sender = createSender({
    provider: {
      delegate: async (action, timeoutMs) => {
        asked.push(action.callId);
        return ask(action, asked.length, timeoutMs);
      },
    },
    connections: 1,
    timeoutMs: 1_000,
    report: (result) => void results.set(result.callId, result),
    status: { set: () => undefined },
    metrics: createMetrics(() => null),
  });
  for (const callId of callIds)
    sender.send({ callId, destination: '900', receivedAt, deadlineAt: receivedAt + deadlineMs });
  while (results.size < callIds.length) await pause(5);
  await sender[Symbol.asyncDispose]();
  return { outcomes: callIds.map((callId) => results.get(callId)?.outcome), asked, results };
}

it('a call that finds no free connection before its deadline is late, and the provider is not asked', async () => {
  const clock = stopClock();
  const { outcomes, asked } = await send(['a', 'b'], 50, () => {
    clock.moveTo(50);
    return { kind: 'accepted' };
  });
  expect(outcomes).toEqual(['sent', 'late']);
  expect(asked).toEqual(['a']);
});

it('only an attempt of which nothing was sent is repeated', async () => {
  const unreachable: ProviderAnswer = { kind: 'unreachable', reason: 'down' };
  const reached = await send(['a'], 5_000, (_, attempt) => (attempt < 3 ? unreachable : { kind: 'accepted' }));
  expect([reached.outcomes, reached.asked]).toEqual([['sent'], ['a', 'a', 'a']]);
  for (const [kind, outcome] of [
    ['refused', 'failed'],
    ['unknown', 'unknown'],
  ] as const) {
    const once = await send(['a'], 5_000, () => ({ kind, reason: 'a reason' }));
    expect([once.outcomes, once.asked]).toEqual([[outcome], ['a']]);
    expect(once.results.get('a')?.reason).toBe('a reason');
  }
});

it('a provider that cannot be reached until the deadline makes the call fail with the last reason', async () => {
  const { results } = await send(['a'], 120, () => ({ kind: 'unreachable', reason: 'down' }));
  expect(results.get('a')).toMatchObject({ outcome: 'failed', reason: 'down' });
});

it.each([900, 1_500])(
  'the provider, which takes %i ms, is asked only before the deadline, and waited for until then at most',
  async (answerMs) => {
    const deadlineMs = 3_000;
    const clock = stopClock();
    const timeouts: number[] = [];
    const leftMs: number[] = [];
    const { outcomes } = await send(['a'], deadlineMs, (_, attempt, timeoutMs) => {
      timeouts.push(timeoutMs);
      leftMs.push(deadlineMs - clock.passedMs());
      clock.moveTo(attempt * answerMs);
      return { kind: 'unreachable', reason: 'down' };
    });
    expect(outcomes).toEqual(['failed']);
    expect(timeouts).toEqual(leftMs.map((left) => Math.min(1_000, left)));
    expect(timeouts).toHaveLength(Math.ceil(deadlineMs / answerMs));
  },
);
