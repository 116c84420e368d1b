import { BlockList, isIP, SocketAddress } from 'node:net';
import fc from 'fast-check';
import { isLoopback, networkOf, parseAddress, parseNode } from './address.ts';
import { createIsInNetworks } from './networks.ts';

const ipv4 = fc.ipV4();
const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
const groups = fc.oneof(
  fc.array(group, { minLength: 8, maxLength: 8 }),
  // With an IPv4 address at the end, which may be written with dots.
  fc.tuple(fc.constantFrom(0, 0xffff), group, group).map(([mark, ...end]) => [0, 0, 0, 0, 0, mark, ...end]),
  fc.tuple(fc.constantFrom(0x64, 0xffff), group, group).map(([mark, ...end]) => [mark, 0, 0, 0, 0, 0, ...end]),
);
const isMapped = (parts: readonly number[]): boolean =>
  parts.slice(0, 5).every((part) => part === 0) && parts[5] === 0xffff;
const full = (parts: readonly number[], digits = 1): string =>
  parts.map((part) => part.toString(16).padStart(digits, '0')).join(':');
const hexOf = (address: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return full([a * 256 + b, c * 256 + d]);
};
/** The normal form of Node, an independent implementation. */
const normalOf = (address: string): string => new SocketAddress({ address, family: 'ipv6' }).address;

const port = fc.oneof(fc.nat(65_535).map(String), fc.constant('_hidden'));
const zone = fc.constantFrom('', '%eth0', '%25eth0', '%1', '%br-4f_2');
/** All spellings of an address by proxies and systems, with and without a port. */
const spellingsOf = (bare: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(bare, port, fc.constantFrom('', ' ', '\t'))
    .chain(([address, at, space]) =>
      fc
        .constantFrom(
          address,
          `[${address}]`,
          `[${address}]:${at}`,
          ...(isIP(address) === 4 ? [`${address}:${at}`] : []),
        )
        .chain((node) => fc.constantFrom(node, `${space}${node}${space}`, `"${node}"`)),
    );

describe('an address', () => {
  it('of IPv4 has one normal form, however it is spelled', () =>
    fc.assert(
      fc.property(
        ipv4.chain((address) => {
          const mapped = [`::ffff:${address}`, `::FFFF:${hexOf(address)}`, `0:0:0:0:0:ffff:${hexOf(address)}`];
          return fc.tuple(fc.constant(address), spellingsOf(fc.constantFrom(address, ...mapped)));
        }),
        ([address, text]) => expect(parseNode(text)).toBe(address),
      ),
    ));

  it('of IPv6 has one normal form, however it is spelled', () =>
    fc.assert(
      fc.property(
        groups
          .filter((parts) => !isMapped(parts))
          .chain((parts) => {
            const normal = normalOf(full(parts));
            const forms = fc.constantFrom(normal, full(parts), full(parts, 4), full(parts, 4).toUpperCase());
            const zoned = fc.tuple(forms, zone).map(([form, at]) => form + at);
            return fc.tuple(fc.constant(parseAddress(normal)), fc.constant(normal), spellingsOf(zoned));
          }),
        ([address, normal, text]) => {
          expect(parseNode(text)).toBe(address);
          expect(normalOf(address ?? '')).toBe(normal);
        },
      ),
    ));

  it('is null, or has a normal form that parses to itself, whatever the text', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[[\]0-9a-f:.%" ]{0,40}$/)), (text) => {
        const address = parseNode(text);
        if (address === null) return;
        expect(isIP(address)).not.toBe(0);
        expect(parseAddress(address)).toBe(address);
      }),
    ));

  it.each([
    ...['', 'unknown', '_hidden', '010.0.0.1', '127.1', '2130706433', '0x7f.0.0.1', '1.2.3', '1.2.3.4.5', '256.1.1.1'],
    ...[
      '203.0.113.7:',
      '203.0.113.7:x',
      '203.0.113.7:123456',
      '203.0.113.7%eth0',
      '203.0.113.7, 1.2.3.4',
      '[::1',
      '::1]',
    ],
    ...[
      '[]',
      '[]:80',
      '[::1]80',
      '::ffff:256.0.0.1',
      '1::2::3',
      'fe80::1%',
      'fe80::1%<b>',
      '"203.0.113.7',
      'localhost',
    ],
  ])('is not %j', (text) => expect(parseNode(text)).toBeNull());
});

describe('a network', () => {
  const ipv6 = groups.filter((parts) => !isMapped(parts)).map((parts) => normalOf(full(parts)));
  const network = fc.oneof(
    fc.tuple(ipv4, fc.integer({ min: 1, max: 32 })),
    fc.tuple(ipv6, fc.integer({ min: 1, max: 128 })),
  );
  const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6');

  it('contains the same addresses as for Node, and none of the other family', () =>
    fc.assert(
      fc.property(network, ipv4, ipv6, ([base, bits], ...others) => {
        const oracle = new BlockList();
        oracle.addSubnet(base, bits, familyOf(base));
        const isIn = createIsInNetworks([`${base}/${bits}`]);
        for (const address of [base, ...others]) {
          const family = familyOf(address);
          expect(isIn(address)).toBe(family === familyOf(base) && oracle.check(address, family));
        }
      }),
    ));

  it('is of IPv4 if it is written as IPv4-mapped IPv6', () => {
    const isIn = createIsInNetworks(['::ffff:10.0.0.0/104', '[2001:db8::1]']);
    expect(['10.255.0.1', '::ffff:10.0.0.1', '2001:DB8:0::1'].map(isIn)).toEqual([true, true, true]);
    expect(['11.0.0.1', '2001:db8::2', 'unknown', ''].map(isIn)).toEqual([false, false, false, false]);
  });

  it('is the /64 of an IPv6 address, for rate limits', () => {
    expect(networkOf('203.0.113.7')).toBe('203.0.113.7');
    expect(networkOf('2001:db8:0:0:1::7')).toBe('2001:db8::/64');
    expect(networkOf('2001:db8::ffff')).toBe('2001:db8::/64');
    expect(networkOf('2001:db8:0:1::')).toBe('2001:db8:0:1::/64');
    expect(networkOf('unknown')).toBe('unknown');
  });
});

it.each([
  ...[
    '127.0.0.1',
    '127.0.0.2',
    '127.255.255.254',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
  ],
  ...['localhost', 'LocalHost', 'localhost.'],
])('%s is loopback', (host) => expect(isLoopback(host)).toBe(true));
it.each([
  ...[
    '127.evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'evil.localhost.example',
    '0.0.0.0',
    '::',
  ],
  ...['128.0.0.1', '::2', '::ffff:128.0.0.1', '192.0.2.7', 'ingest', '', '127', '127.1', '127.0.0.1 evil'],
])('%s is not loopback', (host) => expect(isLoopback(host)).toBe(false));
