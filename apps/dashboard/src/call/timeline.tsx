import { useId } from 'react';
import type { Call } from '@callstream/domain';
import { useNow } from '../clock.tsx';
import { useAppContext } from '../context.tsx';
import { AgentName, QueueName } from '../names/named.tsx';
import { duration } from '../text/formats.ts';
import type { DecodedEvent } from './call-from-events.ts';
import { lanesOf } from './lanes.ts';
import type { Lane, Span } from './lanes.ts';

/** Width of the SVG in its own units; on the screen it is stretched. */
const width = 1_000;
const laneHeight = 34;
/** Number of labels on the time axis. */
const axisLabels = 6;

/** Timeline of a call. It shows the times of events, not of their reception, so late events are where they belong. */
export function Timeline({ call, events }: { readonly call: Call; readonly events: readonly DecodedEvent[] }) {
  const { texts, formats } = useAppContext();
  // All times of a call are by the clock of its sender.
  const now = useNow() - call.delayMs;
  const id = useId();
  const lanes = lanesOf(call, events);
  const times = [
    ...events.flatMap(({ event }) => (event ? [event.at] : [])),
    ...lanes.flatMap(({ spans }) => spans.flatMap(({ start, end }) => [start, end ?? now])),
  ];
  if (times.length === 0) return null;
  const start = Math.min(...times);
  const durationMs = Math.max(1_000, Math.max(...times) - start);
  const x = (at: number): number => ((at - start) / durationMs) * 100;
  return (
    <section className="panel timeline" aria-labelledby={id}>
      <h2 id={id}>{texts.timeline}</h2>
      <div className="lanes">
        {lanes.map((lane) => (
          <LaneRow key={`${lane.owner} ${lane.name}`} lane={lane} x={x} now={now} />
        ))}
        <div className="lane">
          <span className="lane-name faint">{texts.events}</span>
          <svg viewBox={`0 0 ${width} ${laneHeight}`} preserveAspectRatio="none" aria-hidden className="ticks">
            {events.map(({ listed, event }) =>
              event ? (
                <line key={listed.uuid} x1={x(event.at) * 10} x2={x(event.at) * 10} y1={4} y2={laneHeight - 8} />
              ) : null,
            )}
          </svg>
        </div>
        <div className="lane axis">
          <span className="lane-name" />
          <div className="axis-marks">
            {Array.from({ length: axisLabels }, (_, i) => (
              <span key={i}>{formats.clock(start + (durationMs * i) / (axisLabels - 1))}</span>
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}

function LaneName({ owner, name }: Pick<Lane, 'owner' | 'name'>) {
  if (owner === 'queue') return <QueueName queue={name} />;
  return owner === 'agent' ? <AgentName actor={name} /> : <bdi>{name}</bdi>;
}

interface LaneRowProps {
  readonly lane: Lane;
  /** Position of a time, in percent of the width. */
  readonly x: (at: number) => number;
  readonly now: number;
}

function LaneRow({ lane, x, now }: LaneRowProps) {
  const { texts, formats } = useAppContext();
  const spanTitles = { ...texts.states, ringing: texts.ringing, 'on-call': texts.onCall };
  const laneTitles = { caller: texts.caller, queue: texts.queue, agent: texts.agent } as const;
  const ms = ({ start, end }: Span): number => (end ?? now) - start;
  return (
    <div className="lane">
      <span className="lane-name">
        <span className="faint">{laneTitles[lane.owner]}</span> <LaneName {...lane} />
      </span>
      <ol className="lane-spans">
        {lane.spans.map((span) => {
          const left = x(span.start);
          const label = `${spanTitles[span.kind]} ${duration(ms(span))}`;
          return (
            <li
              key={`${span.kind} ${span.start} ${span.end ?? ''}`}
              className={`span span-${span.kind}${span.end === null ? ' open' : ''}`}
              style={{ left: `${left}%`, width: `${Math.max(0.3, x(span.end ?? now) - left)}%` }}
              title={`${label}, ${formats.clock(span.start)}`}
            >
              <span>{label}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
