import { createLog } from '../src/log.ts';
import type { CommandContext } from '../src/command/run-command.ts';

/** A context of a command that collects what is printed. `signal`: stops the command. */
export function createTestContext(
  signal: AbortSignal = new AbortController().signal,
): CommandContext & { readonly printed: string[] } {
  const printed: string[] = [];
  return {
    log: createLog({ service: 'test', level: 'silent' }),
    printStatus: (line) => void printed.push(line),
    printResult: ({ lines }) => void printed.push(...lines),
    showProgress: () => ({ update: () => undefined, [Symbol.dispose]: () => undefined }),
    ifStopped: () => undefined,
    signal,
    printed,
  };
}
