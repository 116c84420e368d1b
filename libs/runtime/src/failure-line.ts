import { isProgrammingError, printableJson, printableLines } from '@callstream/resilience';

/** Why a process ends, as a line of JSON like those of the log; of a bug with the stack. */
export function failureLine(error: unknown): string {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const line = {
    level: 'fatal',
    msg: 'stopped',
    error: name,
    message,
    stack: isProgrammingError(error) ? stack : undefined,
  };
  return printableJson(JSON.stringify(line));
}

/** Why a process ends, for a person; of a bug the stack. */
export const errorMessage = (error: unknown): string =>
  printableLines(
    isProgrammingError(error) ? (error.stack ?? error.message) : error instanceof Error ? error.message : String(error),
  );
