import type { Call } from '@callstream/domain';
import { useNow } from '../clock.tsx';
import { useAppContext } from '../context.tsx';
import { severityAbove } from '../settings.ts';
import { routeHash } from '../route.ts';
import { duration } from '../text/formats.ts';
import { waitingCalls, waitingSince } from './live-counts.ts';
import { SeverityMark } from './severity-mark.tsx';

/** Most calls in this list; on a wall nobody can scroll. */
const shownMax = { page: 10, wall: 6 } as const;

/** Who has waited for longest. */
export function LongestWaits({ calls }: { readonly calls: readonly Call[] }) {
  const { texts, settings, isWallboard } = useAppContext();
  const now = useNow();
  const waiting = waitingCalls(calls, now);
  const most = isWallboard ? shownMax.wall : shownMax.page;
  return (
    <section className="panel longest" aria-labelledby="longest">
      <h2 id="longest">{texts.waitingNow}</h2>
      {waiting.length === 0 ? <p className="faint">{texts.nobodyWaits}</p> : null}
      <ol>
        {waiting.slice(0, most).map((call) => {
          const { callId, theirNumber, queue } = call;
          const ms = now - waitingSince(call);
          return (
            <li key={callId}>
              <a href={routeHash({ view: 'calls', callId })}>
                <span className="longest-who" dir="auto">
                  {theirNumber ?? callId}
                </span>
                <span className="longest-queue" dir="auto">
                  {queue ?? texts.noQueue}
                </span>
                <span className="longest-time">
                  <SeverityMark level={severityAbove(ms / 1_000, settings.thresholds.waitSeconds)}>
                    {duration(ms)}
                  </SeverityMark>
                </span>
              </a>
            </li>
          );
        })}
      </ol>
      {waiting.length > most ? <p className="faint">{texts.more(waiting.length - most)}</p> : null}
    </section>
  );
}
