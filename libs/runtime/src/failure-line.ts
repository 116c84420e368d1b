import { isProgrammingError, printableJson, printableLines } from '@callstream/resilience';

/** With the cause, which may have the remedy, unless the message quotes it. */
function messageOf({ message, cause }: Error): string {
  return cause instanceof Error && !message.includes(cause.message) ? `${message} (${cause.message})` : message;
}

/** Why a process ends, as a line of JSON like those of the log; of a bug with the stack. */
export function failureLine(error: unknown): string {
  const failure = error instanceof Error ? error : new Error(String(error));
  const { name, stack } = failure;
  const line = {
    level: 'fatal',
    msg: 'stopped',
    error: name,
    message: messageOf(failure),
    stack: isProgrammingError(error) ? stack : undefined,
  };
  return printableJson(JSON.stringify(line));
}

/** Why a process ends, for a person; of a bug the stack. */
export const errorMessage = (error: unknown): string =>
  printableLines(
    isProgrammingError(error)
      ? (error.stack ?? error.message)
      : error instanceof Error
        ? messageOf(error)
        : String(error),
  );
