import {
  createLog,
  readConfig,
  renderEffectiveConfig,
  renderSettingsHelp,
  runCommand,
  runService,
} from '@callstream/runtime';
import { Command } from 'commander';
import { checkPbx } from './check/check.ts';
import { doctorCommand } from './check/doctor.ts';
import { AsteriskEnv } from './config.ts';
import { addQueueLogCommands } from './queue-log/commands.ts';
import { run } from './run.ts';

interface AsteriskFlags {
  readonly host?: string;
  readonly user?: string;
  readonly secretFile?: string;
  readonly check?: boolean;
}

/** Options are short forms of settings. */
const environment = ({ host, user, secretFile }: AsteriskFlags) => ({
  ...process.env,
  ...(host !== undefined && { ASTERISK_HOST: host }),
  ...(user !== undefined && { ASTERISK_USER: user }),
  ...(secretFile !== undefined && { ASTERISK_SECRET_FILE: secretFile, ASTERISK_SECRET: undefined }),
});

const program = new Command('asterisk')
  .description('Follows the manager interface (AMI) of an Asterisk, and posts its events to ingest.')
  .option('--host <host>', 'host of the PBX (ASTERISK_HOST)')
  .option('--user <user>', 'user of the manager interface (ASTERISK_USER)')
  .option('--secret-file <file>', 'file with its secret (ASTERISK_SECRET_FILE)')
  .option('--check', 'say what the PBX and ingest lack, with the lines for manager.conf, and exit')
  .option('--print-config', 'print the effective settings, with secrets masked, and exit')
  .addHelpText('after', renderSettingsHelp(AsteriskEnv))
  .action(async (flags: AsteriskFlags & { readonly printConfig?: boolean }) => {
    const env = environment(flags);
    if (flags.printConfig) process.stdout.write(renderEffectiveConfig(AsteriskEnv, env));
    else if (flags.check)
      await runCommand({ service: 'asterisk' }, (context) => checkPbx(readConfig(AsteriskEnv, env), context));
    else
      await runService(async () => {
        const config = readConfig(AsteriskEnv, env);
        await run(config, createLog({ service: 'asterisk', level: config.LOG_LEVEL }));
      });
  });
program.addCommand(doctorCommand(() => readConfig(AsteriskEnv, process.env)));
addQueueLogCommands(program, () => process.env);
await program.parseAsync();
