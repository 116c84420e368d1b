import { addGauge, createRegistry } from '@callstream/runtime';
import { Counter } from 'prom-client';
import type { ConnectionStatus } from './status.ts';

/** Every metric of the connector but those of its buffer. */
export function createMetrics(status: ConnectionStatus) {
  const registry = createRegistry();
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `callstream_asterisk_${name}_total`, help, registers: [registry] });
  addGauge(registry, {
    name: 'callstream_asterisk_connected',
    help: '1 if the connector is logged in at the PBX, else 0',
    value: () => (status.pbxProblem() === null ? 1 : 0),
  });
  return {
    registry,
    connections: counter('connections', 'Logins at the PBX'),
    buffered: counter('events', 'Events stored in the buffer: of the PBX, and inferred after gaps'),
    inferred: counter('gap_events', 'Events posted because the PBX answered something else than its events said'),
    incomplete: counter(
      'incomplete_events',
      'Events that do not name their call, or their agent; they are posted, and change nothing',
    ),
    excess: counter('excess_lines', 'Lines of the PBX that were left out because they, or their message, are too long'),
    failedPosts: counter('failed_posts', 'Attempts to post an event that failed; it is tried again'),
  };
}

export type AsteriskMetrics = ReturnType<typeof createMetrics>;
