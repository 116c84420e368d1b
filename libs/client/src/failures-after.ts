/** A connection that lasted longer than this was good, in ms: its loss is the first failure in a row. */
const goodAfterMs = 10_000;
/** Close code of a gateway that stops: also the first failure, unless the connection was closed at once. */
const stoppingCode = 4_000;
const closedAtOnceMs = 1_000;

/** Failures in a row after the loss of a connection. `code`: its close code; null if it was closed by the client. */
export const failuresAfter = (before: number, { lastedMs, code }: { lastedMs: number; code: number | null }): number =>
  lastedMs > goodAfterMs || (code === stoppingCode && lastedMs > closedAtOnceMs) ? 1 : before + 1;
