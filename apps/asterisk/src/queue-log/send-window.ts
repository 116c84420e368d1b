/** Requests that are on their way at once. */
export interface SendWindow {
  /**
   * Sends once there is room, and none of the requests on their way has one of the keys. `onSent` runs when this and all that was added
   * before is sent. @throws the first error of any of them
   */
  readonly add: (keys: ReadonlySet<string>, send: () => Promise<void>, onSent: () => void) => Promise<void>;
  /** Runs `onSent` when all that was added before is sent. */
  readonly afterAll: (onSent: () => void) => void;
  /** Resolves when all is sent. @throws the first error */
  readonly drained: () => Promise<void>;
}

interface SentRequest {
  readonly keys: ReadonlySet<string>;
  /** Resolves when this and all before is sent. */
  readonly sent: Promise<void>;
}

/** At most `max` requests on their way at once, which count in the order in which they were added: a position has no holes before it. */
export function createSendWindow(max: number): SendWindow {
  let unsent: SentRequest[] = [];
  let last: Promise<void> = Promise.resolve();
  const enqueue = (sent: Promise<void>, onSent: () => void): void => {
    last = Promise.all([last, sent]).then(onSent);
    // The next caller of `add` or `drained` gets the error.
    last.catch(() => undefined);
  };
  return {
    add: async (keys, send, onSent) => {
      const sharing = unsent.findLastIndex((request) => !request.keys.isDisjointFrom(keys));
      const until = Math.max(sharing, unsent.length - max);
      await unsent[until]?.sent;
      unsent = unsent.slice(until + 1);
      enqueue(send(), onSent);
      unsent.push({ keys, sent: last });
    },
    afterAll: (onSent) => enqueue(Promise.resolve(), onSent),
    drained: () => last,
  };
}
