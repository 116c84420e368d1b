import type { Gateway } from '../gateway.ts';
import { sampleOf } from './series.ts';
import type { Sample } from './series.ts';

const everyMs = 5_000;
/** Half a day. */
const samplesMax = 8_640;

export interface Samples extends Disposable {
  readonly get: () => readonly Sample[];
  readonly subscribe: (listener: () => void) => () => void;
}

/** Calls by state since the page was opened: the gateway keeps no history of it. Nothing while the board is not known. */
export function takeSamples({ calls, client }: Pick<Gateway, 'calls' | 'client'>): Samples {
  let samples: readonly Sample[] = [];
  const listeners = new Set<() => void>();
  const take = (): void => {
    if (client.status.get().connection !== 'live') return;
    samples = [...samples, sampleOf(calls.get(), client.now())].slice(-samplesMax);
    for (const listener of listeners) listener();
  };
  const timer = setInterval(take, everyMs);
  return {
    get: () => samples,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
