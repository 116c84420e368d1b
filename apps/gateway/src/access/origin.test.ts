import { isAllowedOrigin } from './origin.ts';

it.each([
  ['a program', undefined, true],
  ['a page of this machine, any port', 'http://localhost:5173', true],
  ['its IPv4 address', 'http://127.0.0.1', true],
  ['its IPv6 address', 'https://[::1]:8443', true],
  ['a page of an allowed host, any port', 'https://wall.example:8443', true],
  ['a page of an allowed IPv6 address', 'http://[2001:db8::7]:8080', true],
  ['a page of another host', 'https://evil.example', false],
  ['a name that only begins with localhost', 'http://localhost.evil.example', false],
  ['a sandboxed page', 'null', false],
])('the origin of %s (%s) is allowed: %s', (_page, origin, allowed) => {
  expect(isAllowedOrigin(origin, ['wall.example', '2001:db8::7'])).toBe(allowed);
});
