// node print-help.mjs PROGRAMS…: instead of running, each prints its help and that of its commands, as a line of JSON. One process for
// all, because they load the same modules.
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';

for (const program of process.argv.slice(2)) {
  const { promise: help, resolve } = Promise.withResolvers();
  Command.prototype.parse = function () {
    resolve(helpOf(this));
    throw new Error('The program does not run.');
  };
  // It waits for the end of its command for ever.
  Command.prototype.parseAsync = function () {
    resolve(helpOf(this));
    return new Promise(() => {});
  };
  console.log(JSON.stringify(await Promise.race([help, import(pathToFileURL(program).href).then(() => help)])));
}
process.exit();

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
