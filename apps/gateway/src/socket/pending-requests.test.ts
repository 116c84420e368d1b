import { PendingRequests } from './pending-requests.ts';

const long = 'x'.repeat(64 * 1024);

/** Sends requests that nobody answers, until one is refused; returns how many were taken. */
function fill(unanswered: PendingRequests, text: string, most = 5_000): number {
  let held = 0;
  for (let taken = 0; taken < most; taken++) {
    const sum = unanswered.take(held, text);
    if (sum === null) return taken;
    held = sum;
  }
  return most;
}

describe('requests that are not answered', () => {
  it('of one socket are limited by their length, so that a burst of usual ones fits', () => {
    expect(fill(new PendingRequests(), '{"event":"ListCalls","data":{}}')).toBeGreaterThan(1_000);
    expect(fill(new PendingRequests(), long)).toBeLessThan(9);
  });

  it('of all sockets are limited together: who holds little is still heard, up to a little each', () => {
    const unanswered = new PendingRequests();
    for (let i = 0; i < 1_000; i++) fill(unanswered, long);
    expect(unanswered.length()).toBeLessThanOrEqual(32 * 1024 * 1024);
    expect(fill(unanswered, long)).toBe(0);
    expect(fill(unanswered, '{"event":"ListCalls","data":{}}')).toBeGreaterThan(20);
  });

  it('make room again once they are answered', () => {
    const unanswered = new PendingRequests();
    const held = unanswered.take(0, long);
    expect(unanswered.answered(held ?? 0, long)).toBe(0);
    expect(unanswered.length()).toBe(0);
  });
});
