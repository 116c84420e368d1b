const names: ReadonlySet<string> = new Set([
  'TypeError',
  'ReferenceError',
  'RangeError',
  'SyntaxError',
  'AssertionError',
]);

/** Also for an error of another realm, such as those of Node in a test, which `instanceof` does not recognise. */
const isError = (value: unknown): value is Error => Object.prototype.toString.call(value) === '[object Error]';

/**
 * Whether the error comes from a bug of ours, judged by its type. Whoever handles the errors of a server must not report it as
 * one of these, nor retry. With a cause it is none: `fetch` throws such a TypeError when a server cannot be reached.
 */
export const isProgrammingError = (error: unknown): error is Error =>
  isError(error) && names.has(error.name) && error.cause === undefined;

/** An error for a log line; of a bug with the stack, because nobody could find it otherwise. */
export const errorText = (error: unknown): string =>
  isProgrammingError(error) ? (error.stack ?? String(error)) : String(error);
