/** A value that changes, in the form of React's `useSyncExternalStore(store.subscribe, store.get)`. */
export interface Store<T, Change = T> {
  /** Returns the same object until it changes. */
  readonly get: () => T;
  /** Calls `listener` after every change, until the returned function is called. */
  readonly subscribe: (listener: (change: Change) => void) => () => void;
}

export interface Listeners<T> {
  readonly add: (listener: (value: T) => void) => () => void;
  readonly emit: (value: T) => void;
}

/** A listener that throws affects neither the others nor the client. */
export function createListeners<T>(): Listeners<T> {
  const entries = new Set<{ readonly listener: (value: T) => void }>();
  return {
    add: (listener) => {
      const entry = { listener };
      entries.add(entry);
      return () => void entries.delete(entry);
    },
    emit: (value) => {
      for (const { listener } of [...entries])
        try {
          listener(value);
        } catch (error) {
          // To the global error handler of the page or process.
          queueMicrotask(() => {
            throw error;
          });
        }
    },
  };
}

/** A store of an immutable object. `set` notifies listeners only if a property changes. */
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
      listeners.emit(value);
    },
  };
}
