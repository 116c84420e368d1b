import { pino } from 'pino';
import type { Logger } from 'pino';

export type Log = Logger;

/** Fields that never reach a log line: credentials and personal data, one level deep. */
const personal = [
  'authorization',
  'password',
  'token',
  'secret',
  'body',
  'their_number',
  'our_number',
  'number',
  'actor',
  'cpf',
  'cnpj',
];

/** JSON lines on standard output. `msg` is a stable dotted name; units stand in the keys. */
export function createLog({ service, level }: { service: string; level: string }): Log {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: personal.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  });
}
