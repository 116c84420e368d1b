import type { CommandResult, LogRecord } from '@callstream/runtime';
import { originalHeaders } from './dead-letters.ts';
import { forEachOriginal } from './dlq.ts';
import type { Dlq } from './dlq.ts';
import { isBatch } from './entries.ts';
import type { DeadLetterEntry } from './entries.ts';
import { shorten } from './list-entries.ts';

/** Longest value that is shown, in characters; --json has all of it. */
const valueCharsMax = 4_000;

/** The result of `dlq show`: everything known about the entries, with their values. */
export async function showEntries(dlq: Dlq, entries: readonly DeadLetterEntry[]): Promise<CommandResult> {
  const lines: string[] = [];
  const json: object[] = [];
  await forEachOriginal(dlq, entries, (batch) => {
    for (const { entry, record } of batch) {
      lines.push(...describe(entry, record));
      json.push({ ...entry, ...contentOf(record) });
    }
    return Promise.resolve();
  });
  return { lines, json };
}

/** The value as `value`, or as `value_base64` if it is not UTF-8. */
function contentOf(record: LogRecord | null): object {
  if (!record) return { headers: {}, value: null };
  const headers = Object.fromEntries(
    Object.entries(originalHeaders(record)).map(([name, value]) => [name, value?.toString()]),
  );
  const text = textOf(record.value);
  return text === undefined
    ? { headers, value_base64: record.value?.toString('base64') }
    : { headers, value: record.value === null ? null : text };
}

function textOf(value: Buffer | null): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value ?? Buffer.alloc(0));
  } catch {
    return undefined;
  }
}

function describe(entry: DeadLetterEntry, record: LogRecord | null): string[] {
  const headers = Object.entries(record ? originalHeaders(record) : {});
  const value = record?.value ?? null;
  const text = textOf(value);
  return [
    `entry      ${entry.id} (partition ${entry.partition}, offset ${entry.offset}${isBatch(entry) ? ` to ${entry.last_offset ?? '?'}: an unreadable batch, as it came from Kafka` : ''})`,
    `reason     ${shorten(entry.reason, 1_000)}`,
    `kind       ${entry.kind}`,
    `time       ${entry.put_aside_at}`,
    `state      ${entry.decision === null ? 'open' : `${entry.decision} at ${entry.decided_at ?? ''}`}`,
    `key        ${shorten(record?.key?.toString() ?? '(none)', 1_000)}`,
    ...headers.map(([name, header]) => `header     ${shorten(`${name}: ${header?.toString() ?? ''}`, 1_000)}`),
    ...(!record
      ? ['value      lost: it was only in the log, and the log no longer has it']
      : value === null
        ? ['value      (none)']
        : text === undefined
          ? [
              `value      ${value.length} bytes that are not UTF-8, base64:`,
              value.toString('base64').slice(0, valueCharsMax),
            ]
          : [`value      ${value.length} bytes:`, shorten(text, valueCharsMax)]),
    '',
  ];
}
