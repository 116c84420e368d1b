/** Requests that are on their way at once. */
export interface SendWindow {
  /** Sends once there is room. `onSent` runs when this and all that was added before is sent. @throws the first error of any of them */
  readonly add: (send: () => Promise<void>, onSent: () => void) => Promise<void>;
  /** Runs `onSent` when all that was added before is sent. */
  readonly afterAll: (onSent: () => void) => void;
  /** Resolves when all is sent. @throws the first error */
  readonly drained: () => Promise<void>;
}

/** At most `max` requests on their way at once, which count in the order in which they were added: a position has no holes before it. */
export function createSendWindow(max: number): SendWindow {
  const unsent: Promise<void>[] = [];
  let last: Promise<void> = Promise.resolve();
  const enqueue = (sent: Promise<void>, onSent: () => void): void => {
    last = Promise.all([last, sent]).then(onSent);
    // The next caller of `add` or `drained` gets the error.
    last.catch(() => undefined);
  };
  return {
    add: async (send, onSent) => {
      if (unsent.length >= max) await unsent.shift();
      enqueue(send(), onSent);
      unsent.push(last);
    },
    afterAll: (onSent) => enqueue(Promise.resolve(), onSent),
    drained: () => last,
  };
}
