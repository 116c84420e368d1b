/** Reserved bytes of a {@link ByteBudget}, until disposed. */
export interface Reservation extends Disposable {
  /** Releases everything above `bytes`. */
  readonly shrinkTo: (bytes: number) => void;
}

/** Memory limit that several users share. */
export interface ByteBudget {
  /** Null if `bytes` are not available now, or if others already wait. */
  readonly tryReserve: (bytes: number) => Reservation | null;
  /** Waits until `bytes` are available, first come first served. Awaited while holding a reservation of the same budget, it may deadlock. */
  readonly reserve: (bytes: number) => Promise<Reservation>;
}

export function createByteBudget(bytesMax: number): ByteBudget {
  let available = bytesMax;
  const waiters: { readonly bytes: number; readonly resolve: (reservation: Reservation) => void }[] = [];
  const take = (bytes: number): Reservation => {
    let reserved = bytes;
    available -= bytes;
    const shrinkTo = (remaining: number): void => {
      available += Math.max(0, reserved - remaining);
      reserved = Math.min(reserved, remaining);
      grantWaiters();
    };
    return { shrinkTo, [Symbol.dispose]: () => shrinkTo(0) };
  };
  const grantWaiters = (): void => {
    for (let first = waiters[0]; first && first.bytes <= available; first = waiters[0]) {
      waiters.shift();
      first.resolve(take(first.bytes));
    }
  };
  return {
    tryReserve: (bytes) => (waiters.length === 0 && bytes <= available ? take(bytes) : null),
    reserve: (bytes) =>
      new Promise((resolve) => {
        waiters.push({ bytes, resolve });
        grantWaiters();
      }),
  };
}
