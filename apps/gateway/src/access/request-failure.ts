/** A request cannot be answered; the client is told why in these words. */
export class RequestFailure extends Error {
  override readonly name = 'Failure';
}
