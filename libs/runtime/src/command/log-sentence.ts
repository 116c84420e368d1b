const leads: Record<string, string> = { warn: 'Warning', error: 'Error', fatal: 'Error' };

/** A line of the log for a person: the reason first, then the name of the event, which docs/reference/log-events.md explains. */
export function logSentence(line: string): string {
  const { level, time: _time, service: _service, msg, reason, error, ...fields } = JSON.parse(line) as Entry;
  const cause = reason ?? error;
  const details = Object.entries(fields).map(([name, value]) => `${name} ${textOf(value)}`);
  return `${leads[String(level)] ?? 'Note'}: ${cause === undefined ? '' : `${textOf(cause)} `}(${[String(msg), ...details].join(', ')})`;
}

type Entry = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
