import { printableJson } from '@callstream/resilience';
import { addJsonOption, stopSignal } from '@callstream/runtime/command';
import { Command } from 'commander';
import { collectFault, createFaults, defaultProvider, portNumber } from './provider/options.ts';
import type { FaultShares } from './provider/options.ts';
import { startProviderServer } from './provider/server.ts';
import { createRandom } from './random.ts';

interface ProviderFlags {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly fault?: FaultShares;
  readonly slowMs: number;
  readonly seed: number;
  readonly json?: boolean;
}

const { port, user, password, fault, slowMs, seed, json } = addJsonOption(
  new Command('provider')
    .description(
      'Plays the API of the provider on 127.0.0.1, until Ctrl-C: POST /actions and GET /peers, for a delegator to try.',
    )
    .option('--port <port>', 'port to listen on; 0: a free one', portNumber, 4010)
    .option('--user <user>', 'user that it expects', defaultProvider.user)
    .option('--password <password>', 'password that it expects', defaultProvider.password)
    .option(
      '--fault <kind=share>',
      '400, 401 or 500; slow: it answers late; lost: it takes the action, and closes the connection without an answer. May be given more than once',
      collectFault,
    )
    .option('--slow-ms <ms>', 'how late a slow answer is', Number, defaultProvider.slowMs)
    .option('--seed <number>', 'the same seed gives the same faults', Number, 1),
  'for programs: each action as one line of JSON; the first line has the port',
)
  .parse()
  .opts<ProviderFlags>();

const print = (line: string, document: object): void =>
  void process.stdout.write(`${json ? printableJson(JSON.stringify(document)) : line}\n`);
const stopped = stopSignal();
await using server = await startProviderServer({
  port,
  user,
  password,
  slowMs,
  nextFault: createFaults(fault ?? {}, createRandom(seed)),
  onAction: ({ callId, destination }, { fault: kind, taken }) =>
    print(`${callId} to ${destination}${kind === null ? '' : ` (${kind})`}`, {
      call_id: callId,
      destination,
      at: new Date().toISOString(),
      fault: kind,
      taken,
    }),
});
print(`The provider's API is at http://127.0.0.1:${server.port}.`, { port: server.port });
await stopped;
if (process.connected) process.disconnect();
