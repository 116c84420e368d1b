import { setTimeout as pause } from 'node:timers/promises';
import type { DelegationResult } from '@callstream/tables';
import { createMetrics } from '../metrics.ts';
import type { ProviderAction, ProviderAnswer } from '../providers/provider.ts';
import { createSender } from './sender.ts';

type Ask = (action: ProviderAction, attempt: number) => ProviderAnswer | Promise<ProviderAnswer>;

/** Sends calls with this deadline (ms from now) over one connection. @returns outcomes by call id, and the calls that were asked */
async function send(callIds: readonly string[], deadlineMs: number, ask: Ask) {
  const results = new Map<string, DelegationResult>();
  const asked: string[] = [];
  const receivedAt = Date.now();
  const sender = createSender({
    provider: {
      delegate: async (action) => {
        asked.push(action.callId);
        return ask(action, asked.length);
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
  const { outcomes, asked } = await send(['a', 'b'], 50, async () => {
    await pause(100);
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
