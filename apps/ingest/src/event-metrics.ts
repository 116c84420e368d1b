import {
  clockReadingOf,
  clockReadings,
  defaultSource,
  isKind,
  kinds,
  knownSources,
  similarKind,
} from '@callstream/domain';
import type { ParsedEvent } from '@callstream/domain';
import { addCounter } from '@callstream/runtime';
import { LRUCache } from 'lru-cache';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

/** Unknown types whose similar kind is cached: to find it takes about 0.1 ms. */
const cachedTypes = 1_000;

/** Counts events of unknown types. The type itself is a text of a sender: as a label, it would have no bound. */
export function createUnknownTypeCounter(registry: Registry): (kind: string) => void {
  const unknownTypes = addCounter(registry, {
    name: 'callstream_ingest_unknown_types_total',
    help: 'Events of an undocumented type, by the documented one that it is similar to; none: it is similar to none. They are stored like all others',
    label: 'similar_to',
    values: [...kinds, 'none'],
  });
  const similar = new LRUCache<string, string>({
    max: cachedTypes,
    memoMethod: (kind) => similarKind(kind) ?? 'none',
  });
  return (kind) => {
    if (!isKind(kind)) unknownTypes.inc({ similar_to: similar.memo(kind) });
  };
}

/** Counts events by source and by how their own time compares to their reception. `receivedAt`: ms since 1970. */
export function createClockCounter(
  registry: Registry,
): (event: Pick<ParsedEvent, 'source' | 'at'>, receivedAt: number) => void {
  const clocks = new Counter({
    name: 'callstream_ingest_event_clocks_total',
    help: 'Events stored, by source and by their own time. none: not usable; ahead: more than 1 s after the reception; late: received more than 10 s after it; on_time: all others',
    labelNames: ['source', 'clock'],
    registers: [registry],
  });
  for (const source of knownSources.keys()) for (const clock of clockReadings) clocks.inc({ source, clock }, 0);
  return ({ source, at }, receivedAt) =>
    clocks.inc({ source: source ?? defaultSource.name, clock: clockReadingOf(at, receivedAt) });
}
