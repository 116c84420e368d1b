/** Who makes a request. Turns are shared out among addresses, and among the connections of one address. */
export interface Requester {
  /** The client's address, also behind proxies; of IPv6 its network. */
  readonly address: string;
  /** The socket, or the HTTP connection. */
  readonly connection: object;
  /** Whether the client has disconnected: nobody waits for the response any more. */
  isGone(): boolean;
}

/** The gateway itself, for what it reads on behalf of all clients. */
export const gatewayRequester: Requester = { address: 'the gateway itself', connection: {}, isGone: () => false };
