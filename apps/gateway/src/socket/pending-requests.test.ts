import { PendingRequests } from './pending-requests.ts';

const long = 'x'.repeat(64 * 1024);

/** Adds requests that nobody answers, until one is refused; returns how many were added. */
function fill(requests: PendingRequests, text: string, most = 5_000): number {
  let pending = 0;
  for (let added = 0; added < most; added++) {
    const sum = requests.add(pending, text);
    if (sum === null) return added;
    pending = sum;
  }
  return most;
}

describe('pending requests', () => {
  it('of one socket are limited by their length, so that a burst of usual requests fits', () => {
    expect(fill(new PendingRequests(), '{"event":"ListCalls","data":{}}')).toBeGreaterThan(1_000);
    expect(fill(new PendingRequests(), long)).toBeLessThan(9);
  });

  it('of all sockets are limited together; beyond that limit, each socket may still have a few', () => {
    const requests = new PendingRequests();
    for (let i = 0; i < 1_000; i++) fill(requests, long);
    expect(requests.length()).toBeLessThanOrEqual(32 * 1024 * 1024);
    expect(fill(requests, long)).toBe(0);
    expect(fill(requests, '{"event":"ListCalls","data":{}}')).toBeGreaterThan(20);
  });

  it('free their room once they are answered', () => {
    const requests = new PendingRequests();
    const pending = requests.add(0, long);
    expect(requests.remove(pending ?? 0, long)).toBe(0);
    expect(requests.length()).toBe(0);
  });
});
