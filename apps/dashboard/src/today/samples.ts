import type { Gateway } from '../gateway.ts';
import { sampleOf } from './series.ts';
import type { Sample } from './series.ts';

const intervalMs = 5_000;
/** Twelve hours. */
const samplesMax = 8_640;

export interface Samples extends Disposable {
  readonly get: () => readonly Sample[];
  readonly subscribe: (listener: () => void) => () => void;
}

/** Samples the number of calls in each phase of the live board. No samples while disconnected. */
export function takeSamples({ calls, client }: Pick<Gateway, 'calls' | 'client'>): Samples {
  let samples: readonly Sample[] = [];
  const listeners = new Set<() => void>();
  const take = (): void => {
    if (client.status.get().connection !== 'live') return;
    samples = [...samples, sampleOf(calls.get(), client.now())].slice(-samplesMax);
    for (const listener of listeners) listener();
  };
  const timer = setInterval(take, intervalMs);
  return {
    get: () => samples,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
