import { useMemo } from 'react';
import type { Call, CallState } from '@callstream/domain';
import { useNames, useQueues, useAppContext } from '../context.tsx';
import { compareNames } from '../names/name-lookup.ts';
import { replaceRoute, useRoute } from '../use-route.ts';
import { StateMark } from './state-mark.tsx';
import { columnStates, countByState } from './call-list.ts';

/** The filters of the calls; the address has all of them. */
export function Filters({ calls, shown }: { readonly calls: readonly Call[]; readonly shown: number }) {
  const { texts, formats } = useAppContext();
  const { states, queue, search, asColumns } = useRoute();
  const counts = useMemo(() => countByState(calls), [calls]);
  const toggle = (state: CallState): void =>
    replaceRoute({ states: states.includes(state) ? states.filter((active) => active !== state) : [...states, state] });
  return (
    <div className="filters">
      <label className="search">
        <span className="visually-hidden">{texts.search}</span>
        <input
          type="search"
          placeholder={texts.searchHint}
          value={search}
          onChange={({ target }) => replaceRoute({ search: target.value })}
        />
      </label>
      <div className="chips" role="group" aria-label={texts.state}>
        {columnStates.map((state) => (
          <button key={state} aria-pressed={states.includes(state)} onClick={() => toggle(state)}>
            <StateMark state={state} /> <span className="count">{formats.number(counts[state])}</span>
          </button>
        ))}
      </div>
      <QueueFilter calls={calls} queue={queue} />
      <div className="chips" role="group" aria-label={texts.views.calls}>
        <button aria-pressed={!asColumns} onClick={() => replaceRoute({ asColumns: false })}>
          {texts.asTable}
        </button>
        <button aria-pressed={asColumns} onClick={() => replaceRoute({ asColumns: true })}>
          {texts.asColumns}
        </button>
      </div>
      <p className="faint" role="status">
        {texts.callsShown(shown, calls.length)}
      </p>
    </div>
  );
}

function QueueFilter({ calls, queue }: { readonly calls: readonly Call[]; readonly queue: string | null }) {
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
