import { useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { Call } from '@callstream/domain';
import { useTexts } from '../context.tsx';
import { routeHash } from '../route.ts';
import type { SortKey } from '../route.ts';
import { replaceRoute, useRoute } from '../use-route.ts';
import { CallAge, CallTimer } from './call-timer.tsx';
import { Phone } from './phone.tsx';
import { currentAgents } from './call-list.ts';
import { StateMark } from './state-mark.tsx';

/** Rows that are there beyond those that can be seen. */
const overscan = 8;
const rowsFromRem = 2.4;

/** Thousands of rows, of which only those that can be seen are there. */
export function CallTable({ calls }: { readonly calls: readonly Call[] }) {
  const texts = useTexts();
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = rowsFromRem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const rows = useVirtualizer({
    count: calls.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => calls[index]?.callId ?? index,
    overscan,
  });
  return (
    <div className="call-table panel" role="table" aria-label={texts.views.calls} aria-rowcount={calls.length + 1}>
      <div role="rowgroup">
        <div role="row" className="call-row head" aria-rowindex={1}>
          <Head sort="state">{texts.state}</Head>
          <Head sort="timer">{texts.timer}</Head>
          <Head sort="number">{texts.number}</Head>
          <Head sort="queue">{texts.queue}</Head>
          <Head sort="agent">{texts.agent}</Head>
          <Head sort="age">{texts.age}</Head>
          <span role="columnheader" className="wide-only">
            {texts.callId}
          </span>
        </div>
      </div>
      {/* It scrolls, so it must be reached by keys. */}
      <div ref={scroller} className="call-rows" role="rowgroup" tabIndex={0} onKeyDown={moveWithArrows}>
        <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(({ index, key, start }) => {
            const call = calls[index];
            return call ? <CallRow key={key} {...{ call, index, start }} height={rowPx} /> : null;
          })}
        </div>
      </div>
    </div>
  );
}

interface CallRowProps {
  readonly call: Call;
  readonly index: number;
  readonly start: number;
  readonly height: number;
}

function CallRow({ call, index, start, height }: CallRowProps) {
  const texts = useTexts();
  const { callId, theirNumber, queue } = call;
  return (
    <div
      role="row"
      className="call-row"
      aria-rowindex={index + 2}
      data-call={callId}
      style={{ position: 'absolute', insetInline: 0, height, transform: `translateY(${start}px)` }}
    >
      <span role="cell">
        <StateMark state={call.state} />
      </span>
      <span role="cell" className="timer">
        <CallTimer call={call} />
      </span>
      <span role="cell">
        <a href={routeHash({ view: 'calls', callId })}>
          {theirNumber === null ? <bdi>{callId}</bdi> : <Phone number={theirNumber} />}
        </a>
      </span>
      <span role="cell" className="queue-cell" dir="auto">
        {queue ?? <span className="faint">{texts.noQueue}</span>}
      </span>
      <span role="cell" className="agent-cell" dir="auto">
        {currentAgents(call).join(', ')}
      </span>
      <span role="cell" className="timer age-cell">
        <CallAge call={call} />
      </span>
      <span role="cell" className="faint wide-only id-cell">
        <bdi>{callId}</bdi>
      </span>
    </div>
  );
}

function Head({ sort, children }: { readonly sort: SortKey; readonly children: string }) {
  const route = useRoute();
  const isBy = route.sort === sort;
  return (
    <span
      role="columnheader"
      className={`${sort}-cell`}
      aria-sort={isBy ? (route.isDescending ? 'descending' : 'ascending') : 'none'}
    >
      <button className="plain" onClick={() => replaceRoute({ sort, isDescending: isBy && !route.isDescending })}>
        {children}
        <span aria-hidden> {isBy ? (route.isDescending ? '↓' : '↑') : ''}</span>
      </button>
    </span>
  );
}

/** Up and down go from call to call. */
function moveWithArrows(event: React.KeyboardEvent<HTMLDivElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=row] a')].toSorted(
    (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
  );
  const at = links.findIndex((link) => link === document.activeElement);
  const next = at < 0 ? links[0] : links[at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
