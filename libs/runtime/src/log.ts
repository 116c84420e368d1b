import { printableJson } from '@callstream/resilience';
import { pino } from 'pino';
import type { DestinationStream, Logger, LoggerOptions } from 'pino';

export type Log = Logger;

/** Fields that are redacted, at the top and one level deeper: credentials and personal data. */
const redactedFields = [
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

/** Writes JSON lines, by default to standard output. `msg` is a stable dotted name; keys end in their unit. */
export function createLog(
  { service, level }: { service: string; level: string },
  destination: DestinationStream = pino.destination(1),
): Log {
  const options: LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Texts of senders and clients get into lines, and a terminal may show them.
    hooks: { streamWrite: printableJson },
    redact: { paths: redactedFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  };
  return pino(options, destination);
}
