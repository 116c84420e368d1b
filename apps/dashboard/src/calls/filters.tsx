import { useMemo } from 'react';
import type { Call, CallState } from '@callstream/domain';
import { useAppContext } from '../context.tsx';
import { ExportButton } from '../export-button.tsx';
import { replaceRoute, useRoute } from '../use-route.ts';
import { QueueFilter } from './queue-filter.tsx';
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
      <ExportButton rows="calls" query={new URLSearchParams(queue ? { queue } : {})} />
      <p className="faint" role="status">
        {texts.callsShown(shown, calls.length)}
      </p>
    </div>
  );
}
