import { useMemo } from 'react';
import { inStateSince, waitingCallers } from '@callstream/domain';
import type { Call } from '@callstream/domain';
import { useNow } from '../clock.tsx';
import { useAppContext } from '../context.tsx';
import { QueueName } from '../names/named.tsx';
import { severityAbove } from '../settings.ts';
import { routeHash } from '../route.ts';
import { duration } from '../text/formats.ts';
import { SeverityMark } from './severity-mark.tsx';

/** Limit of calls in the list; nobody can scroll a wallboard. */
const callsMax = { page: 10, wallboard: 6 } as const;

/** The callers who have waited longest. */
export function LongestWaits({ calls }: { readonly calls: readonly Call[] }) {
  const { texts, settings, isWallboard } = useAppContext();
  const now = useNow();
  const waiting = useMemo(() => waitingCallers(calls), [calls]);
  const limit = isWallboard ? callsMax.wallboard : callsMax.page;
  return (
    <section className="panel longest" aria-labelledby="longest">
      <h2 id="longest">{texts.waitingNow}</h2>
      {waiting.length === 0 ? <p className="faint">{texts.nobodyWaits}</p> : null}
      <ol>
        {waiting.slice(0, limit).map((call) => {
          const { callId, theirNumber, queue } = call;
          const ms = now - inStateSince(call);
          return (
            <li key={callId}>
              <a href={routeHash({ view: 'calls', callId })}>
                <span className="longest-who" dir="auto">
                  {theirNumber ?? callId}
                </span>
                <span className="longest-queue">
                  <QueueName queue={queue} />
                </span>
                <span className="longest-time">
                  <SeverityMark severity={severityAbove(ms / 1_000, settings.thresholds.waitSeconds)}>
                    {duration(ms)}
                  </SeverityMark>
                </span>
              </a>
            </li>
          );
        })}
      </ol>
      {waiting.length > limit ? <p className="faint">{texts.more(waiting.length - limit)}</p> : null}
    </section>
  );
}
