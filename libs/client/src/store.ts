/** A value that changes, in the form that React's `useSyncExternalStore(store.subscribe, store.get)` takes. */
export interface Store<T, Change = T> {
  /** The same object until it changes. */
  readonly get: () => T;
  /** Calls `listener` after every change, until the returned function is called. */
  readonly subscribe: (listener: (change: Change) => void) => () => void;
}

export interface Listeners<T> {
  readonly add: (listener: (value: T) => void) => () => void;
  readonly tell: (value: T) => void;
}

/** Whoever wants to be told; one that throws holds up neither the others nor the client. */
export function createListeners<T>(): Listeners<T> {
  const all = new Set<{ readonly listener: (value: T) => void }>();
  return {
    add: (listener) => {
      const entry = { listener };
      all.add(entry);
      return () => void all.delete(entry);
    },
    tell: (value) => {
      for (const { listener } of [...all])
        try {
          listener(value);
        } catch (error) {
          // To the page's or the process's own handler of errors.
          queueMicrotask(() => {
            throw error;
          });
        }
    },
  };
}

/** A store of an immutable value. `set` tells only of what differs. */
export function createStore<T extends object>(first: T): Store<T> & { readonly set: (part: Partial<T>) => void } {
  let value = first;
  const listeners = createListeners<T>();
  return {
    get: () => value,
    subscribe: listeners.add,
    set: (part) => {
      const keys = Object.keys(part) as (keyof T)[];
      if (keys.every((key) => Object.is(part[key], value[key]))) return;
      value = { ...value, ...part };
      listeners.tell(value);
    },
  };
}
