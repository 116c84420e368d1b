import { Command, InvalidArgumentError } from 'commander';
import { addJsonOption, readConfig } from '@callstream/runtime';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { authenticationEnv } from '../access/authentication-env.ts';

interface TokenOptions {
  readonly queues?: readonly string[];
  readonly masked?: boolean;
  readonly recordings?: boolean;
  readonly minutes: number;
  readonly subject?: string;
  readonly json?: boolean;
}

/** Longest validity of a token, in minutes: this command is for trying, not for production. */
const minutesMax = 30 * 24 * 60;

function parseMinutes(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= minutesMax))
    throw new InvalidArgumentError(`Must be a number above 0, and at most ${minutesMax}.`);
  return value;
}
const parseNames = (text: string): string[] => text.split(',').filter((name) => name !== '');

const command = addJsonOption(
  new Command('token')
    .description('Makes a token to try, signed with GATEWAY_JWT_SECRET (from the environment, or .env).')
    .option('--queues <names>', 'queues that the token may see, separated by commas (default: all)', parseNames)
    .option('--masked', 'mask phone numbers but for their last four digits, and hide personal data')
    .option('--recordings', 'with --masked: show the addresses of recordings, which may contain numbers')
    .option('--minutes <number>', 'how long the token is valid', parseMinutes, 60)
    .option('--subject <name>', 'who the token is for (its "sub" claim)')
    .addHelpText(
      'after',
      '\nExample:\n  npm run watch -- --token "$(npm run --silent token -- --queues 900 --masked)"',
    ),
  'for programs: the token and when it expires, as one JSON document',
).parse();
const { queues, masked, recordings, minutes, subject, json } = command.opts<TokenOptions>();

const TokenEnv = z.object(authenticationEnv);

function readSettings(): z.infer<typeof TokenEnv> {
  try {
    return readConfig(TokenEnv, process.env);
  } catch (error) {
    return command.error(error instanceof Error ? error.message : String(error));
  }
}

const { GATEWAY_JWT_SECRET: secret, GATEWAY_JWT_AUDIENCE, GATEWAY_JWT_ISSUER } = readSettings();
if (secret === undefined)
  command.error(
    'GATEWAY_JWT_SECRET is not set. Set it to the same secret as for the gateway, which also needs GATEWAY_AUTH=secret; ' +
      '`openssl rand -base64 32` makes one.',
  );
const expiresAt = Math.floor(Date.now() / 1_000 + minutes * 60);
const token = new SignJWT({ queues: queues ?? '*', numbers: masked === true ? 'masked' : 'full', recordings })
  .setProtectedHeader({ alg: 'HS256' })
  .setAudience(GATEWAY_JWT_AUDIENCE)
  .setIssuedAt()
  .setExpirationTime(expiresAt);
if (GATEWAY_JWT_ISSUER !== undefined) token.setIssuer(GATEWAY_JWT_ISSUER);
if (subject !== undefined) token.setSubject(subject);
const text = await token.sign(new TextEncoder().encode(secret));
const result = { token: text, expires_at: new Date(expiresAt * 1_000).toISOString() };
process.stdout.write(`${json ? JSON.stringify(result, null, 2) : text}\n`);
