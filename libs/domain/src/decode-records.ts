import { decode } from './event.ts';
import type { CallEvent, RawRecord } from './event.ts';

/**
 * Decodes records of the log, in order. @param rawOf reads what the domain needs of a record
 * @param onProblem gets each record that is no event, and why. Without it they are skipped: the projector dead-letters them.
 */
export function* decodeRecords<R>(
  records: Iterable<R>,
  rawOf: (record: R) => RawRecord,
  onProblem: (record: R, problem: string) => void = () => undefined,
): Generator<CallEvent> {
  for (const record of records) {
    const decoded = decode(rawOf(record));
    if ('event' in decoded) yield decoded.event;
    else onProblem(record, decoded.problem);
  }
}
