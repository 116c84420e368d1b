import { targetOf } from '../src/abuse/run-attacks.ts';
import { readMetric } from '../src/system/ingest.ts';
import type { System } from '../src/system/system.ts';

export interface MemoryWatch extends Disposable {
  /** undefined if it never answered. */
  readonly peakMb: (service: string) => number | undefined;
}

/** Reads the memory of each service once a second. */
export function watchMemory(system: System): MemoryWatch {
  const names = ['ingest', 'projector', 'gateway'];
  const peaks = new Map<string, number>();
  const read = async (): Promise<void> => {
    for (const [i, port] of targetOf(system).adminPorts.entries()) {
      const name = names[i] ?? '';
      const bytes = await readMetric(port, 'process_resident_memory_bytes').catch(() => null);
      if (bytes !== null) peaks.set(name, Math.max(peaks.get(name) ?? 0, bytes / 1e6));
    }
  };
  const timer = setInterval(() => void read(), 1_000);
  return { peakMb: (service) => peaks.get(service), [Symbol.dispose]: () => clearInterval(timer) };
}
