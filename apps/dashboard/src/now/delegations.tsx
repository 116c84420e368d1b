import type { DelegationStats } from '@callstream/contracts';
import type { NumberId } from '@callstream/domain';
import { useAppContext, useQueues } from '../context.tsx';
import { HowCounted } from '../numbers/how-counted.tsx';
import { routeHash } from '../route.ts';
import { useAnswer } from '../use-answer.ts';

/** Refresh interval, in ms. */
const refreshEveryMs = 10_000;

/** Today's answers of the delegator; nothing on a day without any. @param queue null: of all queues */
export function Delegations({ queue }: { readonly queue: string | null }) {
  const { texts } = useAppContext();
  const query = queue === null ? '' : `?${new URLSearchParams({ queue }).toString()}`;
  const { answer, problem } = useAnswer<DelegationStats>(`api/stats/delegations${query}`, {
    day: useQueues()?.today.from,
    everyMs: refreshEveryMs,
  });
  if (!answer || answer.calls === 0) return null;
  return (
    <section className="panel delegations" aria-labelledby="delegations">
      <h2 id="delegations">{texts.delegationsToday}</h2>
      {problem === null ? null : (
        <p className="problem" role="alert">
          {texts.delegationsFailed(problem)}
        </p>
      )}
      <div className="directions">
        <DelegationCounts stats={answer} />
        <NotSentCalls stats={answer} />
      </div>
    </section>
  );
}

interface DelegationStatsProps {
  readonly stats: DelegationStats;
}

function DelegationCounts({ stats }: DelegationStatsProps) {
  const { texts, formats } = useAppContext();
  const { number, percent } = formats;
  const { sent, sent_share, latency_ms_p95, failed, late, unknown } = stats;
  const latency = latency_ms_p95 === null ? '–' : `${number(latency_ms_p95)} ms`;
  const rows: readonly (readonly [keyof typeof texts.delegation, NumberId, string])[] = [
    ['sent', 'delegations-sent', `${number(sent)} (${percent(sent_share)})`],
    ['latency', 'delegation-latency', latency],
    ['failed', 'delegations-failed', number(failed)],
    ['late', 'delegations-late', number(late)],
    ['unknown', 'delegations-unknown', number(unknown)],
  ];
  return (
    <dl>
      {rows.map(([name, of, value]) => (
        <div key={name} data-delegation={name}>
          <dt>
            <span>{texts.delegation[name]}</span> <HowCounted of={of} name={texts.delegation[name]} />
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The calls behind the failures; each leads to its events, which have the reason. */
function NotSentCalls({ stats: { not_sent, more } }: DelegationStatsProps) {
  const { texts, formats, isWallboard } = useAppContext();
  if (isWallboard || not_sent.length === 0) return null;
  return (
    <div>
      <p id="not-sent">{texts.notSentCalls}</p>
      <ul aria-labelledby="not-sent">
        {not_sent.map(({ call_id, outcome, at }) => (
          <li key={call_id}>
            <a href={routeHash({ callId: call_id })}>
              <bdi>{call_id}</bdi>
            </a>
            <span>
              {texts.delegation[outcome]}, {formats.clock(Date.parse(at))}
            </span>
          </li>
        ))}
      </ul>
      {more === true ? <p className="faint">…</p> : null}
    </div>
  );
}
