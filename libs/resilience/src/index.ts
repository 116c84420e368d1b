export { backoffMs } from './backoff.ts';
export type { Backoff } from './backoff.ts';
export { certificateProblem } from './certificate-problem.ts';
export { printable, printableJson, printableLines } from './printable.ts';
export { errorText, isProgrammingError } from './programming-error.ts';
export { runUntilAborted } from './run-until-aborted.ts';
export { sleep } from './sleep.ts';
export { throttle } from './throttle.ts';
export type { Throttle } from './throttle.ts';
