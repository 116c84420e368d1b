// Loaded before a program of ours (`node --import`): instead of running, it writes its help and that of each of its commands, as JSON.
import { Command } from 'commander';

Command.prototype.parse = Command.prototype.parseAsync = function () {
  process.stdout.write(JSON.stringify(helpOf(this)));
  process.exit(0);
};

/** In the order of the help; without commands that take nothing, whose parent says everything. */
function helpOf(command, path = []) {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).configureHelp({ helpWidth: 110 });
  command.outputHelp();
  // They have a page of their own.
  text = text.replace(/\nSettings, from the environment \(([^)]*)\)[^]*/, '\nSettings: $1');
  const within = command.commands.flatMap((each) => helpOf(each, [...path, each.name()]));
  const says = command.options.length + command.registeredArguments.length + command.commands.length > 0;
  return says || path.length === 0 ? [{ path, text: text.trimEnd() }, ...within] : within;
}
