import { useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { Call } from '@callstream/domain';
import { useAppContext, useTexts } from '../context.tsx';
import { AgentName, QueueName } from '../names/named.tsx';
import { LateMark } from '../past/late-mark.tsx';
import { routeHash } from '../route.ts';
import type { SortKey } from '../route.ts';
import { rowHeightPx } from '../row-height.ts';
import { replaceRoute, useRoute } from '../use-route.ts';
import { CallDuration, CallTimer } from './call-timer.tsx';
import { Phone } from './phone.tsx';
import { currentAgents } from './call-list.ts';
import { StateMark } from './state-mark.tsx';

/** Rows that are rendered above and below the visible ones. */
const overscan = 8;

/** A virtual table: of thousands of rows only the visible ones are rendered. */
export function CallTable({ calls }: { readonly calls: readonly Call[] }) {
  const texts = useTexts();
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = rowHeightPx();
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
          <HeaderCell sort="state">{texts.state}</HeaderCell>
          <HeaderCell sort="timer">{texts.timer}</HeaderCell>
          <HeaderCell sort="number">{texts.number}</HeaderCell>
          <HeaderCell sort="queue">{texts.queue}</HeaderCell>
          <HeaderCell sort="agent">{texts.agent}</HeaderCell>
          <HeaderCell sort="age">{texts.callDuration}</HeaderCell>
          <span role="columnheader" className="wide-only">
            {texts.callId}
          </span>
        </div>
      </div>
      {/* It scrolls, so the keyboard must reach it. */}
      <div ref={scroller} className="call-rows" role="rowgroup" tabIndex={0} onKeyDown={onArrowKey}>
        <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(({ index, key, start }) => {
            const call = calls[index];
            return call ? <CallRow key={key} call={call} index={index} start={start} height={rowPx} /> : null;
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
  const { callId, theirNumber, queue } = call;
  const { lateCalls } = useAppContext();
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
        {lateCalls?.has(callId) === true ? <LateMark /> : null}
      </span>
      <span role="cell" className="queue-cell">
        <QueueName queue={queue} />
      </span>
      <span role="cell" className="agent-cell">
        {currentAgents(call).map((actor) => (
          <AgentName key={actor} actor={actor} />
        ))}
      </span>
      <span role="cell" className="timer age-cell">
        <CallDuration call={call} />
      </span>
      <span role="cell" className="faint wide-only id-cell">
        <bdi>{callId}</bdi>
      </span>
    </div>
  );
}

function HeaderCell({ sort, children }: { readonly sort: SortKey; readonly children: string }) {
  const route = useRoute();
  const isSortedBy = route.sort === sort;
  return (
    <span
      role="columnheader"
      className={`${sort}-cell`}
      aria-sort={isSortedBy ? (route.isDescending ? 'descending' : 'ascending') : 'none'}
    >
      <button className="plain" onClick={() => replaceRoute({ sort, isDescending: isSortedBy && !route.isDescending })}>
        {children}
        <span aria-hidden> {isSortedBy ? (route.isDescending ? '↓' : '↑') : ''}</span>
      </button>
    </span>
  );
}

/** The arrow keys move the focus from call to call. */
function onArrowKey(event: React.KeyboardEvent<HTMLDivElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=row] a')].toSorted(
    (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
  );
  const focused = links.findIndex((link) => link === document.activeElement);
  const next = focused < 0 ? links[0] : links[focused + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
