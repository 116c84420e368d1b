import { isOnCall } from '../play/playing.ts';
import { logoutMsMin, presences, unpausedAfterCallMs } from './agent.ts';
import type { AgentMarks, AgentSegment, Mark, PresenceNow, PresenceRules } from './agent.ts';
import { beginningOf, lastWordOf, onCalls } from './on-calls.ts';

/** All that is known of one agent. */
export interface KnownAgent {
  /** One for each queue that the agent's events named, and one for those that named none. */
  readonly marks: readonly AgentMarks[];
  /** Of all calls, as far back as presence can depend on them. */
  readonly segments: readonly AgentSegment[];
}

export interface AgentPresence extends PresenceNow {
  /** call_ids of the calls that the agent is on, or that ring. */
  readonly calls: readonly string[];
  readonly queues: readonly (PresenceNow & { readonly queue: string })[];
}

const nothingSaid = { loggedIn: null, loggedOut: null, paused: null, unpaused: null, heardAt: -Infinity, delayMs: 0 };

/** What an agent does now, over all queues and in each; `now` in ms since 1970. */
export function presenceOf({ marks, segments }: KnownAgent, now: number, rules: PresenceRules): AgentPresence {
  const general = marks.find(({ queue }) => queue === '') ?? { actor: '', queue: '', ...nothingSaid };
  const named = new Map(marks.map((row) => [row.queue, row]));
  const queues = queuesOf(marks, segments);
  const logOut = (queue: string): Mark | null => latest([named.get(queue)?.loggedOut ?? null, general.loggedOut]);
  const { talking, ringing, isLost } = onCalls(segments, {
    ...{ now, rules },
    rings: (segment) => (logOut(segment.queue ?? '')?.at ?? -Infinity) < (segment.rangLastAt ?? 0),
  });
  const lastMark = Math.max(...marks.flatMap(marksOf).map(({ at }) => at), -Infinity);
  const lastWord = Math.max(...segments.map(lastWordOf), -Infinity);
  const heardAt = Math.max(...marks.map((row) => row.heardAt), ...segments.map(heardIn), -Infinity);
  const busy = busyOf(talking, ringing);
  const judged = queues.map((queue) => {
    const row = named.get(queue) ?? { actor: '', queue, ...nothingSaid };
    const off = { row, general: queue === '' ? { ...general, ...nothingSaid } : general, segments };
    const known = busy ?? offCall(off);
    const isGone =
      known.presence !== 'logged_out' && rules.presenceStaleMs > 0 && now - heardAt > rules.presenceStaleMs;
    const isUnknown = busy === null && ((isLost && lastMark <= lastWord) || isGone);
    return { queue, ...(isUnknown ? { presence: 'not_known' as const, since: heardAt } : known) };
  });
  const [first] = judged.toSorted((a, b) => presences.indexOf(a.presence) - presences.indexOf(b.presence));
  const { presence, since } = first ?? busy ?? { presence: 'not_known', since: heardAt };
  const calls = [...new Set([...talking, ...ringing].map(({ callId }) => callId))];
  return { presence, since, calls, queues: judged };
}

/** The queues of an agent; "no queue" only where there is no other. */
function queuesOf(marks: readonly AgentMarks[], segments: readonly AgentSegment[]): string[] {
  const all = new Set([...marks.map(({ queue }) => queue), ...segments.map(({ queue }) => queue ?? '')]);
  return [...all].filter((queue) => queue !== '' || all.size === 1);
}

function busyOf(talking: readonly AgentSegment[], ringing: readonly AgentSegment[]): PresenceNow | null {
  const since = (of: readonly AgentSegment[], at: (segment: AgentSegment) => number | null): number =>
    Math.min(...of.map((segment) => (at(segment) ?? 0) + segment.delayMs));
  if (talking.length > 0) return { presence: 'on_call', since: since(talking, ({ enteredAt }) => enteredAt) };
  if (ringing.length > 0) return { presence: 'ringing', since: since(ringing, ({ rangAt }) => rangAt) };
  return null;
}

interface OffCall {
  readonly row: AgentMarks;
  /** What was said without a queue: it speaks of this one too. */
  readonly general: AgentMarks;
  readonly segments: readonly AgentSegment[];
}

/** Of log-in, log-out, pause and unpause the latest holds; a log-out, until something shows that it does not. */
function offCall({ row, general, segments }: OffCall): PresenceNow {
  const delayMs = Math.max(row.delayMs, general.delayMs);
  const isOutByName = row.loggedOut !== null && isLater(row.loggedOut, row.loggedIn);
  const loggedIn = latest([row.loggedIn, isOutByName ? null : general.loggedIn]);
  const loggedOut = latest([row.loggedOut, general.loggedOut]);
  const paused = latest([row.paused, general.paused]);
  const unpaused = latest([row.unpaused, general.unpaused]);
  if (loggedOut && isLater(loggedOut, loggedIn) && !isUndone(loggedOut, row, segments))
    return { presence: 'logged_out', since: loggedOut.at + delayMs };
  if (paused && [loggedIn, loggedOut, unpaused].every((mark) => isLater(paused, mark)))
    return { presence: 'paused', since: paused.at + delayMs };
  const since = [loggedIn, unpaused].flatMap((mark) => (mark ? [mark.at + delayMs] : []));
  const ends = segments.flatMap(({ endedAt, delayMs: delay }) => (endedAt === null ? [] : [endedAt + delay]));
  const begun = [...since, ...ends];
  return { presence: 'available', since: begun.length > 0 ? Math.max(...begun) : firstWordOf(row, segments) };
}

/** Whether somebody who was logged out of a queue was seen in it afterwards. */
function isUndone(loggedOut: Mark, row: AgentMarks, segments: readonly AgentSegment[]): boolean {
  const isAfter = (at: number | null): boolean => at !== null && at > loggedOut.at + logoutMsMin;
  if (isAfter(row.paused?.at ?? null)) return true;
  const unpausedAt = row.unpaused?.at ?? null;
  if (isAfter(unpausedAt) && !segments.some((segment) => isUnpausedAfter(segment, unpausedAt ?? 0))) return true;
  return segments.some(
    (segment) => (segment.queue ?? '') === row.queue && (isAfter(segment.rangLastAt) || isAfter(segment.enteredAt)),
  );
}

const isUnpausedAfter = ({ enteredAt, endedAt }: AgentSegment, unpausedAt: number): boolean =>
  enteredAt !== null && endedAt !== null && unpausedAt >= endedAt && unpausedAt - endedAt <= unpausedAfterCallMs;

const marksOf = ({ loggedIn, loggedOut, paused, unpaused }: AgentMarks): Mark[] =>
  [loggedIn, loggedOut, paused, unpaused].filter((mark) => mark !== null);

const isLater = (a: Mark, b: Mark | null): boolean => b === null || a.at > b.at || (a.at === b.at && a.id > b.id);
const latest = (marks: readonly (Mark | null)[]): Mark | null =>
  marks.reduce((last, mark) => (mark && (last === null || isLater(mark, last)) ? mark : last), null);

/** When a segment was heard of by our clock; an open one as long as its call is. */
const heardIn = (segment: AgentSegment): number =>
  isOnCall(segment) ? segment.heardAt : Math.min(segment.heardAt, lastWordOf(segment) + segment.delayMs);

const firstWordOf = (row: AgentMarks, segments: readonly AgentSegment[]): number =>
  segments.length > 0 ? Math.min(...segments.map((segment) => beginningOf(segment) + segment.delayMs)) : row.heardAt;
