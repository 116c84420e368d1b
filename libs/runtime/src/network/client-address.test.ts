import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { createAddressOf } from './client-address.ts';
import type { UnreadableAddress } from './client-address.ts';

const reported: UnreadableAddress[] = [];
const addressOf = createAddressOf({
  trustedProxies: ['127.0.0.1', '10.0.0.0/8', '2001:db8:f::/48'],
  onUnreadable: (address) => reported.push(address),
});
beforeEach(() => void reported.splice(0));

/** Client of a request on a connection from `remoteAddress`. */
const from = (remoteAddress: string | undefined, headers: Record<string, string> = {}): string =>
  addressOf({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
const fromForwardedFor = (list: string): string => from('127.0.0.1', { 'x-forwarded-for': list });
const fromForwarded = (elements: string): string => from('127.0.0.1', { forwarded: elements });

describe('the client of a request', () => {
  it('is the peer of the connection, unless that is a trusted proxy', () => {
    const claims = { 'x-forwarded-for': '10.0.0.1', forwarded: 'for=10.0.0.1' };
    expect(from('198.51.100.1', claims)).toBe('198.51.100.1');
    expect(from('::ffff:198.51.100.1', claims)).toBe('198.51.100.1');
    expect(from('fe80::1%eth0')).toBe('fe80::1');
    expect(from('127.0.0.1')).toBe('127.0.0.1');
    expect(from(undefined, claims)).toBe('unknown');
    expect(reported).toEqual([]);
  });

  it.each([
    ['203.0.113.7:51008', '203.0.113.7'],
    ['forged, 203.0.113.7', '203.0.113.7'],
    ['203.0.113.8, 203.0.113.7:1,10.1.2.3:80 , [2001:db8:f::1]:443', '203.0.113.7'],
    ['[2001:DB8::0:7]:443', '2001:db8::7'],
    ['10.0.0.1, 10.0.0.2', '10.0.0.1'],
  ])('is taken from X-Forwarded-For: %s', (list, address) => expect(fromForwardedFor(list)).toBe(address));

  it.each([
    ['for=203.0.113.7', '203.0.113.7'],
    ['For="203.0.113.7:51008"; Proto=https ;by=10.0.0.1', '203.0.113.7'],
    ['for="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for="\\203.0.113.7"', '203.0.113.7'],
    ['for=forged, for=203.0.113.7;by=x, for="10.1.2.3:_edge"', '203.0.113.7'],
  ])('is taken from Forwarded: %s', (elements, address) => expect(fromForwarded(elements)).toBe(address));

  it('is taken from X-Forwarded-For if both headers are present', () =>
    expect(from('127.0.0.1', { forwarded: 'for=203.0.113.8', 'x-forwarded-for': '203.0.113.7' })).toBe('203.0.113.7'));

  it.each(['unknown', '_hidden', '', ',', '203.0.113.7,', '203.0.113.7, unknown, 10.0.0.1', '203.0.113.7,,10.0.0.1'])(
    'is unknown, and reported once, with X-Forwarded-For: %j',
    (list) => {
      expect(fromForwardedFor(list)).toBe('unknown');
      const proxy = list.endsWith('10.0.0.1') ? '10.0.0.1' : '127.0.0.1';
      expect(reported).toEqual([{ header: 'x-forwarded-for', proxy }]);
    },
  );
  it.each(['for=unknown', 'for="_x"', 'proto=https', '', 'for=', 'for="203.0.113.7', 'for=203.0.113.7:80', 'x'])(
    'is unknown, and reported once, with Forwarded: %j',
    (elements) => {
      expect(fromForwarded(elements)).toBe('unknown');
      expect(reported).toEqual([{ header: 'forwarded', proxy: '127.0.0.1' }]);
    },
  );

  it('is never what a sender wrote in front of the entry of the proxy', () => {
    const claim = fc.oneof(fc.string(), fc.stringMatching(/^[for=", ;\\1.[\]]{0,30}$/), fc.constant('for="10.0.0.1'));
    fc.assert(
      fc.property(claim, (forged) => {
        expect(fromForwardedFor(`${forged}, 203.0.113.7`)).toBe('203.0.113.7');
        expect(['203.0.113.7', 'unknown']).toContain(fromForwarded(`${forged}, for=203.0.113.7`));
      }),
    );
  });
});
