import type { Segment, Visit } from '@callstream/domain';
import pg from 'pg';
import type { Statement } from '../connection/pipeline.ts';
import type { ChangedCall } from './fold-calls.ts';
import { copyLines, recordArray, textArray } from './row-text.ts';
import { callRow, segmentRow, visitRow } from './rows.ts';
import {
  callConflictMessage,
  insertCalls,
  overwriteSegments,
  overwriteVisits,
  replaceCalls,
  shortenSegments,
  shortenVisits,
} from './statements.ts';

/**
 * Writes calls, and their visits and segments that changed. Calls first: if another transaction wrote one of them, the
 * pipeline fails with an error that {@link isCallConflict} recognises.
 * @param copyNew whether to COPY the new rows instead of upserting them; then they must not be in the tables
 */
export function writeCalls(changed: readonly ChangedCall[], copyNew: boolean): Statement[] {
  const known = changed.filter(({ before }) => before);
  const newCalls = changed.filter(({ before }) => !before).map(rowOfCall);
  return [
    ...replace(known),
    ...(copyNew ? copy('calls', newCalls) : write('calls', insertCalls, newCalls)),
    ...shorten('visits', shortenVisits, known),
    ...writeParts('visits', overwriteVisits, { changed, copyNew }),
    ...shorten('segments', shortenSegments, known),
    ...writeParts('segments', overwriteSegments, { changed, copyNew }),
  ];
}

/** Whether a call was not written because another transaction had changed or inserted it since it was read. */
export const isCallConflict = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.message.includes(callConflictMessage) || isKeyOfCalls(error));
const isKeyOfCalls = ({ code, constraint }: pg.DatabaseError): boolean =>
  code === '23505' && ['calls_pkey', 'visits_pkey', 'segments_pkey'].includes(constraint ?? '');

type Table = 'calls' | 'visits' | 'segments';
const rowOfCall = ({ call, packed }: ChangedCall): object => callRow(call, packed);
const rowOfPart = { visits: visitRow, segments: segmentRow } as const;

/** The rows that are new, and those that changed. */
function rowsOf(table: 'visits' | 'segments', changed: readonly ChangedCall[]): [object[], object[]] {
  const [added, updated]: [object[], object[]] = [[], []];
  for (const { call, before } of changed) {
    const old: readonly (Visit | Segment)[] = before?.call[table] ?? [];
    const hasNewDirection = table === 'visits' && call.direction !== before?.call.direction;
    call[table].forEach((part, n) => {
      if (n >= old.length) added.push(rowOfPart[table](call, n));
      else if (hasNewDirection || !isEqual(old[n], part)) updated.push(rowOfPart[table](call, n));
    });
  }
  return [added, updated];
}

function isEqual<T extends object>(a: T | undefined, b: T): boolean {
  if (!a) return false;
  for (const key in b) if (a[key] !== b[key]) return false;
  return true;
}

function replace(known: readonly ChangedCall[]): Statement[] {
  const rows = recordArray(known.map(rowOfCall));
  if (!rows) return [];
  const lastIds = `{${known.map(({ before }) => before?.call.lastId ?? 0).join()}}`;
  const bytes = `{${known.map(({ before }) => Buffer.byteLength(before?.packed ?? '')).join()}}`;
  return [{ name: 'replace-calls', text: replaceCalls, values: [rows, lastIds, bytes] }];
}

function writeParts(
  table: 'visits' | 'segments',
  text: string,
  { changed, copyNew }: { readonly changed: readonly ChangedCall[]; readonly copyNew: boolean },
): Statement[] {
  const [added, updated] = rowsOf(table, changed);
  return copyNew ? [...write(table, text, updated), ...copy(table, added)] : write(table, text, [...updated, ...added]);
}

const copy = (table: Table, rows: readonly object[]): Statement[] =>
  rows.length === 0 ? [] : [{ copy: `copy ${table} from stdin`, bytes: Buffer.from(copyLines(rows)) }];

function write(table: Table, text: string, rows: readonly object[]): Statement[] {
  const values = recordArray(rows);
  return values ? [{ name: `write-${table}`, text, values: [values] }] : [];
}

/** Deletes surplus rows of calls that have fewer visits or segments than before. */
function shorten(table: 'visits' | 'segments', text: string, known: readonly ChangedCall[]): Statement[] {
  const shorter = known.filter(({ call, before }) => before && call[table].length < before.call[table].length);
  if (shorter.length === 0) return [];
  const callIds = textArray(shorter.map(({ call }) => call.callId));
  const counts = `{${shorter.map(({ call }) => call[table].length).join()}}`;
  return [{ name: `shorten-${table}`, text, values: [callIds, counts] }];
}
