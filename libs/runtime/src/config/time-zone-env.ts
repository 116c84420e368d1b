import { z } from 'zod';
import { examples } from './env.ts';

/** `-03:00`, `UTC-3`: Postgres reads the sign as POSIX does, the other way round. */
const offset = /^(utc|gmt)?[+-]\d/i;

/** An IANA name that Node knows. Postgres is asked when the gateway starts: it does not know each of them. */
const timeZone = z.string().superRefine((name, context) => {
  const issue = (message: string): void => context.addIssue({ code: 'custom', message });
  if (offset.test(name))
    issue(`must be an IANA time zone name, e.g. America/Sao_Paulo for -03:00; "${name}" is an offset`);
  else if (!isTimeZone(name)) issue(`must be an IANA time zone name, e.g. America/Sao_Paulo; "${name}" is none`);
});

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Time zone of days and of times of day. */
export const timeZoneEnv = timeZone
  .default('UTC')
  .meta(
    examples(
      ['America/Sao_Paulo', 'Europe/Lisbon', 'Etc/GMT+3', 'UTC'],
      ['-03:00', '+0300', 'UTC-3', 'GMT+3', 'Mars/Olympus', 'Sao Paulo', 'BRT'],
    ),
  )
  .describe('IANA time zone in which a day begins, e.g. America/Sao_Paulo');
