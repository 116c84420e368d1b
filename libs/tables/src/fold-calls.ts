import { compareText, factSet, play, union } from '@callstream/domain';
import type { Call, Facts, Segment, Visit } from '@callstream/domain';
import type { KnownCall } from './call-cache.ts';
import type { FactsByCall } from './event-batch.ts';
import { recordArray, textArray } from './row-text.ts';
import { callRow, segmentRow, visitRow } from './rows.ts';
import type { Statement } from './send-together.ts';
import { overwriteCalls, overwriteSegments, overwriteVisits, shortenSegments, shortenVisits } from './statements.ts';

/** A call that has other facts than before. */
export interface ChangedCall extends KnownCall {
  readonly before: Call | undefined;
}

/** What becomes of the calls that these facts speak of, by call_id; a call that says nothing new is left out. */
export function foldCalls(added: FactsByCall, known: (callId: string) => KnownCall | undefined): ChangedCall[] {
  const changed: ChangedCall[] = [];
  for (const [callId, some] of added) {
    const before = known(callId);
    const facts = before ? union(before.facts, some) : factSet(some);
    if (before && isSame(before.facts, facts)) continue;
    changed.push({ facts, call: play(callId, facts), before: before?.call });
  }
  return changed.toSorted((a, b) => compareText(a.call.callId, b.call.callId));
}

const isSame = (a: Facts, b: Facts): boolean => a.length === b.length && a.every((fact, i) => fact === b[i]);

/** Writes calls, and those of their visits and segments that are other than before. */
export function writeCalls(changed: readonly ChangedCall[]): Statement[] {
  const visits: object[] = [];
  const segments: object[] = [];
  for (const { call, before } of changed) {
    const isAll = call.direction !== before?.direction;
    for (const n of changedPlaces(before?.visits, call.visits, isAll)) visits.push(visitRow(call, n));
    for (const n of changedPlaces(before?.segments, call.segments)) segments.push(segmentRow(call, n));
  }
  return [
    ...overwrite(
      'calls',
      overwriteCalls,
      changed.map(({ call, facts }) => callRow(call, facts)),
    ),
    ...shorten('visits', shortenVisits, changed),
    ...overwrite('visits', overwriteVisits, visits),
    ...shorten('segments', shortenSegments, changed),
    ...overwrite('segments', overwriteSegments, segments),
  ];
}

/** Where in `after` something stands that is not in `before`, or everywhere. */
function changedPlaces<T extends Visit | Segment>(
  before: readonly T[] = [],
  after: readonly T[],
  isAll = false,
): number[] {
  return after.flatMap((one, n) => (!isAll && isEqual(before[n], one) ? [] : [n]));
}

function isEqual<T extends object>(a: T | undefined, b: T): boolean {
  if (!a) return false;
  for (const key in b) if (a[key] !== b[key]) return false;
  return true;
}

function overwrite(table: string, text: string, rows: readonly object[]): Statement[] {
  const values = recordArray(rows);
  return values ? [{ name: `overwrite-${table}`, text, values: [values] }] : [];
}

/** Deletes the rows of calls that have fewer of them than before. */
function shorten(table: 'visits' | 'segments', text: string, changed: readonly ChangedCall[]): Statement[] {
  const shorter = changed.filter(({ call, before }) => before && call[table].length < before[table].length);
  if (shorter.length === 0) return [];
  const counts = shorter.map(({ call }) => call[table].length).join();
  return [
    { name: `shorten-${table}`, text, values: [textArray(shorter.map(({ call }) => call.callId)), `{${counts}}`] },
  ];
}
