import { useMemo } from 'react';
import type { Call } from '@callstream/domain';
import { useNames, useQueues, useAppContext } from '../context.tsx';
import { compareNames } from '../names/name-lookup.ts';
import { replaceRoute } from '../use-route.ts';

interface QueueFilterProps {
  /** Their queues can be chosen besides those of the snapshot. */
  readonly calls: readonly Call[];
  readonly queue: string | null;
}

/** Chooses the queue of the address. */
export function QueueFilter({ calls, queue }: QueueFilterProps) {
  const { texts } = useAppContext();
  const snapshot = useQueues();
  const names = useNames();
  const options = useMemo(() => {
    const unique = new Set([
      ...(snapshot?.queues ?? []).map((row) => row.queue),
      ...calls.map((call) => call.queue ?? ''),
    ]);
    // A link may name a queue that does not exist now.
    if (queue !== null) unique.add(queue);
    return [...unique]
      .map((id) => ({ id, label: id === '' ? texts.noQueue : [names.queue(id), id].filter(Boolean).join(' · ') }))
      .toSorted((a, b) => compareNames(a.label, b.label));
  }, [snapshot, calls, queue, names, texts]);
  return (
    <label className="queue-filter">
      <span className="visually-hidden">{texts.queue}</span>
      {/* '' is the filter for calls without a queue. */}
      <select
        value={queue === null ? 'all' : `=${queue}`}
        onChange={({ target }) => replaceRoute({ queue: target.value === 'all' ? null : target.value.slice(1) })}
      >
        <option value="all">{texts.total}</option>
        {options.map(({ id, label }) => (
          <option key={id} value={`=${id}`}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
