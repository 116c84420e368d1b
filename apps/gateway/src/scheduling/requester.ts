/** Who asks for work. Turns are shared out among addresses, and among the connections of one address. */
export interface Requester {
  /** Where the client is, behind proxies too. */
  readonly address: string;
  /** What the client asks over: a socket, or a connection of HTTP. */
  readonly connection: object;
  /** Whether nobody waits for the answer any more. */
  isGone(): boolean;
}

/** The gateway itself, for what it reads on behalf of all its clients. */
export const gatewayRequester: Requester = { address: 'the gateway itself', connection: {}, isGone: () => false };
