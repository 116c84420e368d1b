import { liveCallOf } from '@callstream/contracts';
import { callOutcome, compareText, countVisits, directionOf, isCounted } from '@callstream/domain';
import type { Call, CallEvent, PastMoment } from '@callstream/domain';
import { callsOfEvents } from '@callstream/domain/testing';
import { agentsNow } from '@callstream/domain/testing/agents';
import { everything } from '../src/access/scope.ts';
import type { Retention } from '../src/board/expiry.ts';
import { listedForMs } from '../src/numbers/queue-snapshot.ts';
import type { CountingRules, QueuePresence } from '../src/numbers/queue-snapshot.ts';
import type { PastSnapshot } from '../src/past/read-past-board.ts';

interface PastRules {
  readonly rules: CountingRules;
  readonly retention: Retention;
  /** Whether calls that had ended are shown. */
  readonly finished: boolean;
  /** The day of the moment, in ms since 1970. */
  readonly today: { readonly from: number; readonly to: number };
}

/** What a past board shows, in a form that can be compared. */
interface ComparablePast {
  /** JSON of the protocol. */
  readonly calls: readonly string[];
  /** `actor in queue: presence since`, and the calls of each agent. */
  readonly agents: readonly string[];
  /** Queue → counts of its visits and calls of the day; without queues that have none. */
  readonly visits: Readonly<Record<string, number>>;
  readonly outcomes: readonly string[];
}

/** An independent implementation: the fold of the events up to the moment, without a table. */
export function expectedPast(
  log: readonly CallEvent[],
  { at, known }: PastMoment,
  { rules, retention, finished, today }: PastRules,
): ComparablePast {
  const first = [...Map.groupBy(log, ({ uuid }) => uuid).values()].flatMap((all) =>
    all.toSorted((a, b) => a.id - b.id).slice(0, 1),
  );
  const isNow = known === 'now';
  const events = first.filter((event) => (isNow ? event.at : event.receivedAt) <= at);
  const calls = [...callsOfEvents(events).values()].map((call) =>
    isNow ? { ...call, delayMs: 0, heardAt: call.lastEventAt } : call,
  );
  const presenceEvents = isNow ? events.map((event) => ({ ...event, receivedAt: event.at })) : events;
  const agents = agentsNow(presenceEvents, calls, { now: at, rules });
  const keptMs = ({ finishedAt }: Call): number => (finishedAt === null ? retention.staleAfterMs : retention.keepMs);
  const isToday = (ms: number): boolean => ms >= today.from && ms < today.to;
  const counted = calls.filter(isCounted).flatMap(({ visits }) => visits.filter(({ waitingAt }) => isToday(waitingAt)));
  return {
    calls: calls
      .filter((call) => at - call.heardAt <= keptMs(call) && (finished || call.finishedAt === null))
      .map((call) => JSON.stringify(liveCallOf(call)))
      .toSorted(compareText),
    agents: [...agents]
      .flatMap(([actor, { calls: on, queues }]) => {
        const listed = queues.filter(
          ({ presence, since }) => (presence !== 'logged_out' && presence !== 'not_known') || at - since <= listedForMs,
        );
        return listed.length === 0 ? [] : agentTexts(actor, on, listed);
      })
      .toSorted(compareText),
    visits: byKey(
      [...Map.groupBy(counted, ({ queue }) => queue)].flatMap(([queue, visits]) =>
        numbersOf(queue, countVisits(visits, rules)),
      ),
    ),
    outcomes: calls
      .filter(({ isOpened, beganAt }) => isOpened && isToday(beganAt))
      .map((call) => `${call.queue ?? ''} ${directionOf(call)} ${callOutcome(call, at, rules.staleAfterMs)}`)
      .toSorted(compareText),
  };
}

/** What was read, in the same form. */
export const comparablePast = ({ calls, snapshot }: PastSnapshot): ComparablePast => ({
  calls: calls.map(({ text }) => everything.show(text).json).toSorted(compareText),
  agents: snapshot.agents
    .flatMap(({ actor, calls: on, queues }) => {
      const callIds = on.map(({ callId }) => callId);
      return agentTexts(actor, callIds, queues);
    })
    .toSorted(compareText),
  visits: byKey([...snapshot.queues].flatMap(([queue, { today }]) => numbersOf(queue, today))),
  outcomes: [...snapshot.queues]
    .flatMap(([queue, { callsToday }]) =>
      Object.entries(callsToday).flatMap(([direction, counts]) =>
        Object.entries<number>(counts).flatMap(([outcome, count]) =>
          Array.from({ length: count }, () => `${queue} ${direction} ${outcome}`),
        ),
      ),
    )
    .toSorted(compareText),
});

const agentTexts = (actor: string, calls: readonly string[], queues: readonly QueuePresence[]): string[] => [
  `${actor} on ${calls.toSorted(compareText).join()}`,
  ...queues.map(({ queue, presence, since }) => `${actor} in ${queue}: ${presence} since ${since}`),
];

const numbersOf = (queue: string, counts: object): [string, number][] =>
  Object.entries(counts as Record<string, unknown>).flatMap(([name, count]) =>
    typeof count !== 'number' || count === 0 ? [] : [[`${queue} ${name}`, count]],
  );

const byKey = (entries: readonly (readonly [string, number])[]): Record<string, number> =>
  Object.fromEntries(entries.toSorted(([a], [b]) => compareText(a, b)));
