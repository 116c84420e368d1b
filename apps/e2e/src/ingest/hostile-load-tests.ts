import { quantile } from '../load/statistics.ts';
import { authorized, validBody } from './guarded-ingest.ts';
import type { GuardedIngest } from './guarded-ingest.ts';
import { openRawConnection, webhookHead } from './raw-connection.ts';

interface HostileLoad {
  /** Connections that are open at once. */
  readonly slowConnections: number;
  /** Twenty bodies of 1 MB each. */
  readonly floods: number;
}

/** Declares the tests of much that is not valid. */
export function testHostileLoad(ingest: () => GuardedIngest, { slowConnections, floods }: HostileLoad): void {
  /** Median time until a valid webhook is answered, in ms. */
  const latency = async (count: number): Promise<number> => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const began = performance.now();
      const { status } = await ingest().post({ headers: authorized });
      expect(status).toBe(200);
      times.push(performance.now() - began);
    }
    return quantile(times, 0.5);
  };

  it(`${slowConnections} slow connections are closed with 408, and do not slow down a normal client`, async () => {
    await latency(20);
    const before = await latency(50);
    const { webhookUrl, newAddress } = ingest();
    const slow = await Promise.all(Array.from({ length: slowConnections }, () => openRawConnection(webhookUrl)));
    const authorization = `authorization: ${authorized.authorization}`;
    for (const { socket } of slow)
      socket.write(`${webhookHead(authorization, `x-forwarded-for: ${newAddress()}`, 'content-length: 100')}{"type":`);
    // Within an order of magnitude: the harm would be a queue behind the slow connections.
    expect(await latency(50)).toBeLessThan(Math.max(50, before * 10));
    const responses = await Promise.all(slow.map(({ closed }) => closed));
    const isTimeout = (response: string): boolean => /^HTTP\/1\.1 408 .*application\/problem\+json/s.test(response);
    expect(responses.filter((response) => !isTimeout(response))).toEqual([]);
  });

  it(`${20 * floods} invalid bodies of 1 MB do not leak memory`, async () => {
    const body = `${validBody.slice(0, -1)},"x":"${'x'.repeat(1_000_000)}`;
    const flood = () => Promise.all(Array.from({ length: 20 }, () => ingest().post({ headers: authorized, body })));
    for (let i = 0; i < 3; i++) await flood();
    const residentBytes = () => ingest().metric('process_resident_memory_bytes');
    const before = await residentBytes();
    for (let i = 0; i < floods; i++) expect((await flood()).every(({ status }) => status === 400)).toBe(true);
    // Less than the bodies themselves.
    expect(await residentBytes()).toBeLessThan(before + Math.min(150_000_000, floods * 15_000_000));
  });
}
