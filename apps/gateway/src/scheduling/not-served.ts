/** Why a request was not served. `gone`: nobody waits for the answer. */
export type NotServedReason = 'replaced' | 'late' | 'full' | 'gone';

export const notServedMessages: Readonly<Record<NotServedReason, string>> = {
  replaced:
    'Too many requests of this connection wait, and newer ones took the place of this one. Wait for answers before you ask for more.',
  late: 'The request waited too long behind others. Ask again in a moment, and for less at the same time.',
  full: 'Too many requests wait. Ask again in a moment, and for less at the same time.',
  gone: 'The client is gone.',
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
