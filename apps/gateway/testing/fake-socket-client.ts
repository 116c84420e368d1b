import type { Scope } from '../src/access/scope.ts';
import type { SocketClient } from '../src/outbox/socket-client.ts';

/** An authenticated client with this scope that takes everything, and does nothing with it, but for `methods`. */
export const fakeSocketClient = (scope: () => Scope, methods: Partial<SocketClient> = {}): SocketClient => ({
  address: '192.0.2.1',
  connection: {},
  isGone: () => false,
  scope,
  isAuthenticated: () => true,
  authenticate: () => Promise.resolve(null),
  send: () => undefined,
  hasRoom: () => true,
  write: () => undefined,
  hold: () => undefined,
  release: () => undefined,
  close: () => undefined,
  ...methods,
});
