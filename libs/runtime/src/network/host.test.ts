import fc from 'fast-check';
import { createIsOwnHost } from './host.ts';
import { isLoopbackPage, parseOrigin } from './origin.ts';

describe('a Host header', () => {
  const isOwn = createIsOwnHost(['calls.example.com']);
  it.each([
    ...[
      '127.0.0.1',
      '192.0.2.7:3000',
      '::1',
      '[::1]',
      '[2001:db8::1]:3000',
      '[fe80::1%25eth0]:3000',
      '[::ffff:192.0.2.7]',
    ],
    ...[
      'localhost',
      'LOCALHOST:3000',
      'localhost.',
      'app.localhost:3000',
      'ingest',
      'ingest:3000',
      'my_ingest',
      'ingest.',
    ],
    ...['calls.example.com', 'Calls.EXAMPLE.com:8443', 'calls.example.com.:443', '', undefined],
  ])('%j is accepted', (host) => expect(isOwn(host)).toBe(true));
  it.each([
    ...[
      'rebind.example.test',
      'evil.example:3000',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '127.0.0.1.nip.io',
    ],
    ...[
      'calls.example.com.evil.example',
      'xcalls.example.com',
      'x.calls.example.com',
      'calls.example.com@evil.example',
    ],
    ...['evil.example@127.0.0.1', 'evil.example#localhost', 'evil.example/.localhost', 'evil.example?localhost', 'a b'],
    ...['evil.example\\.localhost', 'http://localhost', '[::1', ':80', 'localhost:x', 'evil.example, localhost', '*'],
  ])('%j is rejected', (host) => expect(isOwn(host)).toBe(false));

  it('that is a subdomain of a foreign domain is rejected', () =>
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', '.', ':80'), (label, end) => {
        expect(isOwn(`${label}.evil.example${end}`)).toBe(false);
      }),
    ));
});

describe('an Origin header', () => {
  it.each([
    ['https://app.example.com', 'https://app.example.com', false],
    ['HTTPS://App.Example.com:443', 'https://app.example.com', false],
    ['http://app.example.com:8080', 'http://app.example.com:8080', false],
    ['http://127.0.0.1:5173', 'http://127.0.0.1:5173', true],
    ['http://[::1]', 'http://[::1]', true],
    ['http://board.localhost:5173', 'http://board.localhost:5173', true],
    ['capacitor://localhost', 'capacitor://localhost', true],
    ['https://localhost.evil.example', 'https://localhost.evil.example', false],
    ['https://127.evil.example', 'https://127.evil.example', false],
  ])('%s has the origin %s', (text, origin, isLocal) => {
    const parsed = parseOrigin(text);
    expect(parsed?.origin).toBe(origin);
    expect(parsed !== null && isLoopbackPage(parsed)).toBe(isLocal);
  });
  it.each(['null', '', 'file://', 'localhost', 'about:blank'])('%j has no host', (text) =>
    expect(parseOrigin(text)).toBeNull(),
  );
});
