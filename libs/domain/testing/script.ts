import type { TestDelivery } from './index.ts';

/**
 * Parses a script of events, one a line: `0:05 waiting 900`, `0:10 ringing ana 900`. After the kind, in any order: a queue
 * (three digits), an agent, a direction, `→910` (destination), `field=value`, and:
 * - `call=b`: a call other than `c`. Presence events name no call without it.
 * - `clock -3h`: the event's own time differs by this from the time at the beginning of the line, when it is received.
 * - `received 3:00:10`: received at this time instead of its own.
 * - `no-time`: without a time of its own.
 * - `again 0:20`: redelivered at this time.
 */
export function deliveriesOf(script: string): TestDelivery[] {
  const lines = script.split('\n').map((line) => line.trim());
  const received = lines.filter((line) => line !== '').flatMap(deliveriesOfLine);
  // The log is in the order of reception.
  return received.toSorted((a, b) => a.receivedAt.localeCompare(b.receivedAt));
}

const kinds = new Map([
  ['new', 'call.new'],
  ['standby', 'call.standby'],
  ['waiting', 'call.waiting'],
  ['ongoing', 'call.ongoing'],
  ['overflow', 'call.overflow'],
  ['follow-me', 'call.follow-me'],
  ['abandon', 'call.queue-abandon'],
  ['finished', 'call.finished'],
  ['recording', 'call.recording-available'],
  ['data', 'call.data-provided'],
  ['transfer-request', 'called.attended-transfer-request'],
  ['peer', 'peer.ringing'],
  ['ringing', 'actor.ringing'],
  ['noanswer', 'actor.noanswer'],
  ['entered', 'actor.entered'],
  ['left', 'actor.left'],
  ['login', 'actor.logged-in'],
  ['logout', 'actor.logged-out'],
  ['pause', 'actor.paused'],
  ['unpause', 'actor.unpaused'],
]);
const presenceKinds = new Set(['login', 'logout', 'pause', 'unpause']);
const directions = new Set(['inbound', 'outbound', 'internal']);

interface ScriptLine {
  readonly at: number;
  readonly body: Record<string, string>;
  clockMs: number;
  receivedAt: number;
  isTimed: boolean;
  /** Times of its redeliveries. */
  readonly again: number[];
}

function deliveriesOfLine(text: string): TestDelivery[] {
  const line = parseLine(text);
  const timestamp = line.isTimed ? { timestamp: new Date(line.at + line.clockMs).toISOString() } : {};
  const body = JSON.stringify({ ...timestamp, ...line.body });
  return [line.receivedAt, ...line.again].map((ms) => ({ body, receivedAt: new Date(ms).toISOString() }));
}

function parseLine(text: string): ScriptLine {
  const [time = '', kind = '', ...words] = text.split(/\s+/);
  const at = parseStoryTime(time);
  const type = kinds.get(kind) ?? kind;
  const line: ScriptLine = {
    at,
    body: presenceKinds.has(kind) ? { type } : { type, call_id: 'c' },
    clockMs: 0,
    receivedAt: at,
    isTimed: true,
    again: [],
  };
  for (let i = 0; i < words.length; i++) i += readWord(line, words[i] ?? '', words[i + 1] ?? '');
  return line;
}

/** Reads one word. @returns how many of the words after it belong to it */
function readWord(line: ScriptLine, word: string, next: string): number {
  if (word === 'clock') line.clockMs = durationOf(next);
  else if (word === 'received') line.receivedAt = parseStoryTime(next);
  else if (word === 'again') line.again.push(parseStoryTime(next));
  else return readField(line, word);
  return 1;
}

function readField(line: ScriptLine, word: string): 0 {
  const [field = '', value] = word.split('=');
  if (word === 'no-time') line.isTimed = false;
  else if (value !== undefined) line.body[field === 'call' ? 'call_id' : field] = value;
  else if (word.startsWith('→')) line.body['destination'] = word.slice(1);
  else if (/^\d{3}$/.test(word)) line.body['queue'] = word;
  else if (directions.has(word)) line.body['direction'] = word;
  else line.body['actor'] = word;
  return 0;
}

/** The time 0:00 of stories, in ms since 1970. */
export const storyStartMs = Date.UTC(2026, 2, 2, 13);

/** Parses `m:ss`, `h:mm:ss` or `1d0:00`, with optional fractions of seconds, to ms since 1970. */
export function parseStoryTime(text: string): number {
  const parts = /^(?:(\d+)d)?(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)$/.exec(text);
  if (!parts) throw new Error(`"${text}" is not a time of a story; expected m:ss or h:mm:ss, e.g. 0:05.`);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part || 0));
  return storyStartMs + ((days * 24 + hours) * 60 + minutes) * 60_000 + Math.round(seconds * 1_000);
}

/** The inverse of {@link parseStoryTime}; with a minus before 0:00. */
export function formatStoryTime(at: number): string {
  const ms = Math.abs(at - storyStartMs);
  const [days, hours] = [Math.floor(ms / 86_400_000), Math.floor(ms / 3_600_000) % 24];
  const [minutes, seconds] = [Math.floor(ms / 60_000) % 60, (ms % 60_000) / 1_000];
  const clock = `${minutes}:${seconds < 10 ? '0' : ''}${seconds}`;
  const long = days + hours > 0 ? `${hours}:${minutes < 10 ? '0' : ''}${clock}` : clock;
  return `${at < storyStartMs ? '-' : ''}${days > 0 ? `${days}d` : ''}${long}`;
}

function durationOf(text: string): number {
  const parts = /^([+-]\d+)(s|min|h|d)$/.exec(text);
  const units: Readonly<Record<string, number>> = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
  if (!parts) throw new Error(`"${text}" is not a clock difference; expected e.g. -3h or +2min.`);
  return Number(parts[1]) * (units[parts[2] ?? ''] ?? 0);
}
