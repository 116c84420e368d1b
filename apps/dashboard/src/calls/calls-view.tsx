import { useMemo } from 'react';
import { useCalls, useSurroundings } from '../context.tsx';
import { refine, useRoute } from '../use-route.ts';
import { firstRoute } from '../route.ts';
import { CallColumns } from './call-columns.tsx';
import { CallTable } from './call-table.tsx';
import { Filters } from './filters.tsx';
import { shownCalls } from './shown-calls.ts';

/** The calls of the board: filtered, searched, sorted, as a table or as columns of states. */
export function CallsView() {
  const { texts, isWallboard } = useSurroundings();
  const route = useRoute();
  const calls = useCalls();
  const shown = useMemo(() => shownCalls(calls, route), [calls, route]);
  return (
    <section className="calls" aria-labelledby="calls">
      <h1 id="calls" className="heard">
        {texts.views.calls}
      </h1>
      {isWallboard ? null : <Filters calls={calls} shown={shown.length} />}
      {shown.length === 0 ? (
        <div className="no-match">
          <p>{texts.noMatch}</p>
          <button onClick={() => refine({ states: firstRoute.states, queue: null, search: '' })}>
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
