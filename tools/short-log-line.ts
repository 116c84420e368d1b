import { printable } from '@callstream/resilience';

const levelNames: Record<string, string> = { warn: 'warning', error: 'error', fatal: 'fatal' };
const lineCharsMax = 240;

/** A log line of a service in short, for the terminal; null if it is below a warning. */
export function shortLogLine(line: string): string | null {
  const entry = parse(line);
  if (entry === null) return /^\s|^$|^Node\.js v/.test(line) ? null : printable(line).slice(0, lineCharsMax);
  const level = levelNames[String(entry['level'])];
  if (level === undefined) return null;
  const parts = [level, entry['msg'], entry['message'], entry['reason']].filter((part) => typeof part === 'string');
  return printable(parts.join(' · ')).slice(0, lineCharsMax);
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
