import { addGauge } from '@callstream/runtime';
import type { Registry } from 'prom-client';
import type { UnsentBudget } from '../outbox/unsent-budget.ts';

/** What waits for one socket. */
export interface OutboxLoad {
  readonly bytes: number;
  /** It takes nothing more just now. */
  readonly isSlow: boolean;
}

/** Reports what waits for readers that are slow, whenever somebody looks. */
export function reportOutboxes(registry: Registry, queues: () => readonly OutboxLoad[], unsent: UnsentBudget): void {
  const gauge = (name: string, help: string, value: (all: readonly OutboxLoad[]) => number): void =>
    addGauge(registry, { name: `callstream_gateway_${name}`, help, value: () => value(queues()) });
  gauge('slow_sockets', 'Sockets that take no more at the moment', (all) => all.filter(({ isSlow }) => isSlow).length);
  gauge('queued_bytes', 'What waits for all sockets; about', (all) => all.reduce((sum, { bytes }) => sum + bytes, 0));
  gauge('longest_queue_bytes', 'What waits for the socket for which most waits; about', (all) =>
    all.reduce((most, { bytes }) => Math.max(most, bytes), 0),
  );
  gauge('unsent_bytes', 'What waits to be sent over sockets and HTTP; what is shared counts once', () =>
    unsent.bytes(),
  );
  gauge('unsent_max_bytes', 'Most that may wait: beyond it, those for whom most waits are closed', () => {
    return unsent.bytesMax;
  });
}
