/** Room for bytes, until it is given back. */
export interface Reservation extends Disposable {
  /** Gives back what is more than so many. */
  readonly shrinkTo: (bytes: number) => void;
}

/** Memory that many share. */
export interface ByteBudget {
  /** Null if there is not so much room just now, or others wait for it. */
  readonly tryReserve: (bytes: number) => Reservation | null;
  /** Waits until there is room; whoever came first gets it first. Not to be waited for while holding room of the same budget. */
  readonly reserve: (bytes: number) => Promise<Reservation>;
}

export function createByteBudget(bytesMax: number): ByteBudget {
  let free = bytesMax;
  const waiting: { readonly bytes: number; readonly resolve: (reservation: Reservation) => void }[] = [];
  const take = (bytes: number): Reservation => {
    let held = bytes;
    free -= bytes;
    const shrinkTo = (left: number): void => {
      free += Math.max(0, held - left);
      held = Math.min(held, left);
      serve();
    };
    return { shrinkTo, [Symbol.dispose]: () => shrinkTo(0) };
  };
  const serve = (): void => {
    for (let first = waiting[0]; first && first.bytes <= free; first = waiting[0]) {
      waiting.shift();
      first.resolve(take(first.bytes));
    }
  };
  return {
    tryReserve: (bytes) => (waiting.length === 0 && bytes <= free ? take(bytes) : null),
    reserve: (bytes) =>
      new Promise((resolve) => {
        waiting.push({ bytes, resolve });
        serve();
      }),
  };
}
