import { addGauge } from '@callstream/runtime';
import type { Registry } from 'prom-client';
import type { UnsentBudget } from '../outbox/unsent-budget.ts';

/** What waits for one socket. */
export interface OutboxLoad {
  readonly bytes: number;
  /** The socket takes nothing more now. */
  readonly isSlow: boolean;
}

/** Adds gauges of the outboxes of all sockets, and of the budget of unsent bytes. */
export function reportOutboxes(registry: Registry, outboxes: () => readonly OutboxLoad[], unsent: UnsentBudget): void {
  const gauge = (name: string, help: string, value: (all: readonly OutboxLoad[]) => number): void =>
    addGauge(registry, { name: `callstream_gateway_${name}`, help, value: () => value(outboxes()) });
  gauge('slow_sockets', 'Sockets that take no more at the moment', (all) => all.filter(({ isSlow }) => isSlow).length);
  gauge('queued_bytes', 'Bytes that wait in the outboxes of all sockets; about', (all) =>
    all.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  gauge('longest_queue_bytes', 'Bytes that wait in the longest outbox; about', (all) =>
    all.reduce((most, { bytes }) => Math.max(most, bytes), 0),
  );
  gauge('unsent_bytes', 'Bytes that wait to be sent over sockets and HTTP; shared ones count once', () =>
    unsent.bytes(),
  );
  gauge(
    'unsent_max_bytes',
    'Most bytes that may wait to be sent: beyond it, the clients with most of them are closed',
    () => {
      return unsent.bytesMax;
    },
  );
}
