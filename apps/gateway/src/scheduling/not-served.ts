/** Why a request was not served. `gone`: the client disconnected. */
export type NotServedReason = 'replaced' | 'late' | 'full' | 'gone';

export const notServedMessages: Readonly<Record<NotServedReason, string>> = {
  replaced:
    'Too many requests of this connection wait, and newer ones replaced this one. Wait for answers before you ask for more.',
  late: 'The request timed out behind others. Retry in a moment, with fewer requests at the same time.',
  full: 'Too many requests wait. Retry in a moment, with fewer requests at the same time.',
  gone: 'The client has disconnected.',
};

/** A request was refused while it waited for its turn: nothing was done for it. The message says what to do. */
export class NotServed extends Error {
  override readonly name = 'NotServed';
  readonly reason: NotServedReason;

  constructor(reason: NotServedReason) {
    super(notServedMessages[reason]);
    this.reason = reason;
  }
}
