import type { JsonObject } from '../../../json.ts';
import type { SourceEvent, StatedFact } from '../../source.ts';
import { fact } from '../meanings.ts';
import { parseQueueLogLine } from './line.ts';
import { queueLogMeanings } from './meanings.ts';

/** Type of a line that cannot be read. */
const unreadableLine = 'queue_log.unreadable';

/** Whether a body is a line of a queue_log, and no event of the manager interface. */
export const isQueueLogBody = (body: JsonObject): boolean =>
  typeof body['line'] === 'string' && body['Event'] === undefined;

/**
 * Reads a line of a queue_log. Every line is an event: one that cannot be read is stored under a type that is not known, so
 * that it is counted. Its identity is its bytes, with a time or without: twice in the log is once.
 * @param json the body as JSON text that jsonb can store
 */
export function readQueueLogBody(body: JsonObject, json: string, isImported: boolean): SourceEvent {
  const line = body['bytes'] === undefined ? parseQueueLogLine(String(body['line'])) : null;
  const common = { json, isTimed: true, isImported, omitted: null };
  if (line === null)
    return { ...common, type: unreadableLine, callId: null, at: null, facts: [unknownFact(unreadableLine)] };
  const { event, call, at } = line;
  const meaning = queueLogMeanings.get(event);
  const isOfCall = meaning?.isOfCall ?? true;
  const facts = meaning?.facts(line) ?? [unknownFact(event)];
  return { ...common, type: event, callId: isOfCall ? call : null, at, facts };
}

const unknownFact = (kind: string): StatedFact => Object.assign(fact('system.detail', {}), { kind });
