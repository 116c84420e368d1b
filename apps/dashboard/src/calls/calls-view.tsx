import { useMemo } from 'react';
import { useCalls, useNames, useAppContext } from '../context.tsx';
import { replaceRoute, useRoute } from '../use-route.ts';
import { defaultRoute } from '../route.ts';
import { CallColumns } from './call-columns.tsx';
import { CallTable } from './call-table.tsx';
import { Filters } from './filters.tsx';
import { filterAndSortCalls } from './call-list.ts';

/** The calls of the board, filtered and sorted, as a table or as one column per state. */
export function CallsView() {
  const { texts, isWallboard } = useAppContext();
  const route = useRoute();
  const calls = useCalls();
  const names = useNames();
  const shown = useMemo(() => filterAndSortCalls(calls, route, names), [calls, route, names]);
  return (
    <section className="calls" aria-labelledby="calls">
      <h1 id="calls" className="visually-hidden">
        {texts.views.calls}
      </h1>
      {isWallboard ? null : <Filters calls={calls} shown={shown.length} />}
      {shown.length === 0 ? (
        <div className="no-match">
          <p>{texts.noMatch}</p>
          <button onClick={() => replaceRoute({ states: defaultRoute.states, queue: null, search: '' })}>
            {texts.clearFilters}
          </button>
        </div>
      ) : route.asColumns ? (
        <CallColumns calls={shown} />
      ) : (
        <CallTable calls={shown} />
      )}
    </section>
  );
}
