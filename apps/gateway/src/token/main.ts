import { Command, InvalidArgumentError } from 'commander';
import { readConfig } from '@callstream/runtime';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { authenticationEnv } from '../access/authentication-env.ts';

interface TokenOptions {
  readonly queues?: readonly string[];
  readonly masked?: boolean;
  readonly minutes: number;
  readonly subject?: string;
}

/** Longest that a token of this command is good for, in minutes: it is one to try. */
const minutesMax = 30 * 24 * 60;

function minutes(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= minutesMax)) throw new InvalidArgumentError(`It must be a number up to ${minutesMax}.`);
  return value;
}
const names = (text: string): string[] => text.split(',').filter((name) => name !== '');

const command = new Command('token')
  .description('Makes a token to try, signed with GATEWAY_JWT_SECRET (from the environment, or .env).')
  .option('--queues <names>', 'queues that may be seen, with commas in between (default: all)', names)
  .option('--masked', 'numbers without all but their last four digits, and no personal data')
  .option('--minutes <number>', 'how long it is good for', minutes, 60)
  .option('--subject <name>', 'whose it is ("sub")')
  .addHelpText('after', '\nExample:\n  npm run watch -- --token "$(npm run --silent token -- --queues 900 --masked)"')
  .parse();
const { queues, masked, minutes: lifetime, subject } = command.opts<TokenOptions>();

const Env = z.object(authenticationEnv);

function settings(): z.infer<typeof Env> {
  try {
    return readConfig(Env, process.env);
  } catch (error) {
    return command.error(error instanceof Error ? error.message : String(error));
  }
}

const { GATEWAY_JWT_SECRET: secret, GATEWAY_JWT_AUDIENCE, GATEWAY_JWT_ISSUER } = settings();
if (secret === undefined)
  command.error(
    'GATEWAY_JWT_SECRET is not set. Set it here and for the gateway, with GATEWAY_AUTH=secret, to the same text of at least ' +
      '32 characters; `openssl rand -base64 32` makes one.',
  );
const token = new SignJWT({ queues: queues ?? '*', numbers: masked === true ? 'masked' : 'full' })
  .setProtectedHeader({ alg: 'HS256' })
  .setAudience(GATEWAY_JWT_AUDIENCE)
  .setIssuedAt()
  .setExpirationTime(Math.floor(Date.now() / 1_000 + lifetime * 60));
if (GATEWAY_JWT_ISSUER !== undefined) token.setIssuer(GATEWAY_JWT_ISSUER);
if (subject !== undefined) token.setSubject(subject);
process.stdout.write(`${await token.sign(new TextEncoder().encode(secret))}\n`);
