// Preloaded (`node --import`) into a program: instead of running, it prints its help and that of its commands, as JSON.
import { Command } from 'commander';

Command.prototype.parse = Command.prototype.parseAsync = function () {
  process.stdout.write(JSON.stringify(helpOf(this)));
  process.exit(0);
};

/** In the order of the help; without commands that have no options, as their parent's help has all about them. */
function helpOf(command, path = []) {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).configureHelp({ helpWidth: 110 });
  command.outputHelp();
  // docs/reference/configuration.md has the settings.
  text = text.replace(/\nSettings, from the environment \(([^)]*)\)[^]*/, '\nSettings: $1');
  const subcommands = command.commands.flatMap((each) => helpOf(each, [...path, each.name()]));
  const hasDetails = command.options.length + command.registeredArguments.length + command.commands.length > 0;
  return hasDetails || path.length === 0 ? [{ path, text: text.trimEnd() }, ...subcommands] : subcommands;
}
