import type { Command } from 'commander';
import { failureLine } from '../failure-line.ts';

/** Adds --json and --verbose to a command; with --json its usage errors are JSON too. `jsonText`: what --json does. */
export const addOutputOptions = (
  command: Command,
  jsonText = 'for programs: the result as one JSON document',
): Command => addJsonOption(command, jsonText).option('--verbose', 'also the log, as JSON lines on standard error');

/** Adds --json to a command that has no log. */
export const addJsonOption = (command: Command, text: string): Command =>
  command.option('--json', text).configureOutput({
    outputError: (message, write) =>
      write(
        process.argv.includes('--json')
          ? `${failureLine(new UsageError(message.trim().replace(/^error: /, '')))}\n`
          : message,
      ),
  });

class UsageError extends Error {
  override readonly name = 'UsageError';
}
