import { textLimits } from '../../../text-limits.ts';

/** What a line of a queue_log says: `time|call|queue|agent|event|data…`. What it leaves out, or calls NONE, is null. */
export interface QueueLogLine {
  /** In ms since 1970; Asterisk writes whole seconds. */
  readonly at: number;
  /** The uniqueid of the channel that is in the queue. */
  readonly call: string | null;
  readonly queue: string | null;
  readonly agent: string | null;
  readonly event: string;
  /** What it is depends on the event. */
  readonly data: readonly string[];
}

const time = /^\d{9,10}$/;
const eventName = /^[A-Z][A-Z0-9_-]{0,63}$/i;
/** First and last usable second: the years 2000 to 2099. */
const [secondsMin, secondsMax] = [946_684_800, 4_102_444_799];
/** Longest id, in UTF-16 units: also with the name of an instance before it, it is within the limit of an identifier. */
const idUnitsMax = (textLimits.call_id.bytesMax - 64) / 3;

/** What Asterisk writes where there is no call: what made an agent a member. */
const noCall: ReadonlySet<string> = new Set(['NONE', 'MANAGER', 'REALTIME', 'CLI', 'RELOAD', '']);

/** Reads a line of Asterisk 1.8 or later; null if it is none. */
export function parseQueueLogLine(text: string): QueueLogLine | null {
  const line = text.endsWith('\r') ? text.slice(0, -1) : text;
  const [seconds = '', call = '', queue = '', agent = '', event = '', ...data] = line.split('|');
  if (!time.test(seconds) || !eventName.test(event)) return null;
  if (Number(seconds) < secondsMin || Number(seconds) > secondsMax) return null;
  if ([call, queue, agent].some(({ length }) => length > idUnitsMax)) return null;
  return {
    at: Number(seconds) * 1_000,
    call: noCall.has(call) ? null : call,
    queue: idOf(queue),
    agent: idOf(agent),
    event,
    data,
  };
}

const idOf = (text: string): string | null => (text === 'NONE' || text === '' ? null : text);
