import type { IncomingMessage } from 'node:http';
import { burstSeconds, createRateLimits } from './rate-limits.ts';
import { createSenderAddresses } from './sender-addresses.ts';

const request = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

const onUnreadable = (): void => undefined;

describe('the address of the sender', () => {
  it('is that of the connection: X-Forwarded-For of an untrusted sender has no effect', () => {
    const { addressOf } = createSenderAddresses({ trustedProxies: [], allowed: [], onUnreadable });
    expect(addressOf(request('198.51.100.1', '203.0.113.7'))).toBe('198.51.100.1');
  });
  it('behind trusted proxies is the last address in X-Forwarded-For that is not a trusted proxy', () => {
    const { addressOf } = createSenderAddresses({
      trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
      allowed: [],
      onUnreadable,
    });
    expect(addressOf(request('127.0.0.1', '203.0.113.7'))).toBe('203.0.113.7');
    expect(addressOf(request('::ffff:127.0.0.1', 'forged, 203.0.113.7, 10.1.2.3'))).toBe('203.0.113.7');
    expect(addressOf(request('198.51.100.1', '203.0.113.7'))).toBe('198.51.100.1');
  });
  it('is unknown, and not allowed, if the header of a trusted proxy is not readable', () => {
    let unreadable = 0;
    const senders = createSenderAddresses({
      trustedProxies: ['127.0.0.1'],
      allowed: ['127.0.0.1', '203.0.113.0/24'],
      onUnreadable: () => unreadable++,
    });
    const claims = ['unknown', '_hidden', '', ',', '203.0.113.7,', '203.0.113.7:', '[203.0.113.7', '0313.0.113.7', 'x'];
    for (const claim of claims) {
      const address = senders.addressOf(request('127.0.0.1', claim));
      expect({ claim, address, isAllowed: senders.isAllowed(address) }).toEqual({
        claim,
        address: 'unknown',
        isAllowed: false,
      });
    }
    expect(unreadable).toBe(claims.length);
    expect(senders.addressOf(request('127.0.0.1'))).toBe('127.0.0.1');
  });
});

it('only addresses and networks in INGEST_ALLOW may send', () => {
  const { isAllowed } = createSenderAddresses({
    trustedProxies: [],
    allowed: ['203.0.113.0/24', '2001:db8::/32'],
    onUnreadable,
  });
  expect(['203.0.113.9', '::ffff:203.0.113.9', '2001:db8::1'].map(isAllowed)).toEqual([true, true, true]);
  expect(['203.0.114.9', '2001:db9::1', 'unknown', ''].map(isAllowed)).toEqual([false, false, false, false]);
});

describe('rate limits', () => {
  const admitted = (limits: ReturnType<typeof createRateLimits>, address: string, count: number): number =>
    Array.from({ length: count }, () => limits.admit(address)).filter((wait) => wait === null).length;

  it('are off unless set', () => {
    const limits = createRateLimits({ requestsPerSecond: 0, refusedPerMinute: 0 });
    limits.countRefusal('a');
    expect(admitted(limits, 'a', 10_000)).toBe(10_000);
  });
  it('allow a burst, and then tell when to retry', () => {
    const limits = createRateLimits({ requestsPerSecond: 2, refusedPerMinute: 0 });
    expect(admitted(limits, '203.0.113.7', 100)).toBe(2 * burstSeconds);
    expect(limits.admit('203.0.113.7')).toBe(1);
    expect(limits.admit('203.0.113.8')).toBeNull();
  });
  it('count an IPv6 network of 64 bits as one source', () => {
    const limits = createRateLimits({ requestsPerSecond: 1, refusedPerMinute: 0 });
    expect(admitted(limits, '2001:db8::1', 100)).toBe(burstSeconds);
    expect([limits.admit('2001:db8::ffff:2'), limits.admit('2001:db8:0:1::2')]).toEqual([1, null]);
  });
  it('refuse a source that has reached the limit of refused requests', () => {
    const limits = createRateLimits({ requestsPerSecond: 0, refusedPerMinute: 3 });
    for (let i = 0; i < 3; i++) {
      expect(limits.admit('a')).toBeNull();
      limits.countRefusal('a');
    }
    expect(limits.admit('a')).toBe(20);
    expect(limits.admit('b')).toBeNull();
  });
});
