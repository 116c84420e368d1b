import { simulateCentre } from './centre.ts';

const start = Date.UTC(2026, 2, 2, 13);
const options = { seed: 7, agents: 60, rate: 8, start };
const bodies = (seed: number, count: number) =>
  simulateCentre({ ...options, seed })
    .take(count)
    .map(({ body }) => body)
    .toArray();

describe('the simulated call centre', () => {
  it('posts the same bytes for the same seed, and others for another seed', () => {
    expect(bodies(7, 3_000)).toEqual(bodies(7, 3_000));
    expect(bodies(8, 100)).not.toEqual(bodies(7, 100));
  });
  it('posts in order of time, at about the given rate', () => {
    const webhooks = simulateCentre(options).take(10_000).toArray();
    const times = webhooks.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const perSecond = webhooks.length / ((times.at(-1)! - start) / 1000);
    expect(perSecond).toBeGreaterThan(6.5);
    expect(perSecond).toBeLessThan(9.5);
  });
  it('posts abandons, overflows, transfers, recordings, duplicates and reordered events', () => {
    const all = simulateCentre({ ...options, agents: 40 })
      .take(20_000)
      .map(({ body }) => JSON.parse(body) as { type: string; timestamp: string })
      .toArray();
    const kinds = new Set(all.map(({ type }) => type));
    for (const kind of [
      'call.new',
      'call.standby',
      'call.waiting',
      'call.overflow',
      'call.queue-abandon',
      'call.finished',
      'call.recording-available',
      'called.attended-transfer-request',
      'actor.noanswer',
      'actor.paused',
      'dialer.success',
    ])
      expect(kinds).toContain(kind);
    const times = all.map(({ timestamp }) => timestamp);
    expect(times.some((time, i) => time < (times[i - 1] ?? ''))).toBe(true);
    expect(new Set(all.map((event) => JSON.stringify(event))).size).toBeLessThan(all.length * 0.99);
  });
  it('sends calls where actions say, and the others as before', () => {
    const delegated = (callId: string): string | undefined => (callId.endsWith('0') ? '910' : undefined);
    const firstQueues = new Map<string, string>();
    for (const { body } of simulateCentre({ ...options, delegatedTo: delegated }).take(5_000)) {
      const { type, call_id: callId, queue } = JSON.parse(body) as { type: string; call_id: string; queue: string };
      if (type === 'call.waiting' && !firstQueues.has(callId)) firstQueues.set(callId, queue);
    }
    const sent = [...firstQueues].filter(([callId]) => delegated(callId) !== undefined);
    expect(sent.length).toBeGreaterThan(20);
    // A late webhook may be that of a transfer, which leads to another queue.
    expect(sent.filter(([, queue]) => queue === '910').length).toBeGreaterThan(sent.length * 0.9);
    expect([...firstQueues].filter(([id, queue]) => queue === '910' && !delegated(id)).length).toBeLessThan(30);
  });
});
