/** The answer to a request that failed because of a bug. */
export const internalError = 'A bug of the gateway; its log has the cause.';

/** A request of a client cannot be answered. The client gets the message, so it says the cause and what to do. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';
}
