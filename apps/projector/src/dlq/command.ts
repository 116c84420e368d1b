import {
  addOutputOptions,
  checkKafka,
  connectKafka,
  connectPublisher,
  isTransientKafkaError,
  kafkaConnection,
  kafkaEnv,
  readConfig,
  runCommand,
} from '@callstream/runtime';
import type { CommandContext, CommandResult, OutputFlags } from '@callstream/runtime';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { readDlq, writeDecisions } from './dlq.ts';
import type { Dlq } from './dlq.ts';
import type { DeadLetterEntry } from './entries.ts';
import { listEntries } from './list-entries.ts';
import type { ListEntriesOptions } from './list-entries.ts';
import { replay } from './replay.ts';
import { selectEntries } from './select-entries.ts';
import type { DeadLetterFilter } from './select-entries.ts';
import { showEntries } from './show-entries.ts';
import { skipBatch } from './skip-batch.ts';
import type { BatchStart } from './skip-batch.ts';

const DlqEnv = z.object(kafkaEnv).superRefine(checkKafka);

type Env = Readonly<Record<string, string | undefined>>;
/** Runs an action on the DLQ; prints its error. */
type RunOnDlq = (flags: OutputFlags, action: (dlq: Dlq, context: CommandContext) => Promise<void>) => Promise<void>;

/** `projector dlq …`. `env`: the settings of Kafka. */
export function dlqCommand(env: Env): Command {
  const run = runOnDlq(env);
  return new Command('dlq')
    .description('list dead letters, and decide on them')
    .addHelpText('after', help)
    .addCommand(listCommand(run))
    .addCommand(showCommand(run))
    .addCommand(replayCommand(run))
    .addCommand(dropCommand(run))
    .addCommand(skipBatchCommand(run));
}

const runOnDlq =
  (env: Env): RunOnDlq =>
  ({ json, verbose }, action) =>
    runCommand({ service: 'projector', json, verbose }, async (context) => {
      context.ifStopped('Nothing has changed.');
      const config = readConfig(DlqEnv, env);
      const { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic } = config;
      const { log } = context;
      const kafka = connectKafka({ ...kafkaConnection(config), clientId: 'callstream-dlq', log });
      await action({ kafka, topic, log }, context).catch((error: unknown) => {
        if (!isTransientKafkaError(error)) throw error;
        throw new Error(
          `Kafka does not answer at ${brokers.join(', ')}: ${(error as Error).message}. Start it (npm start), or set KAFKA_BROKERS.`,
          { cause: error },
        );
      });
    });

const listCommand = (run: RunOnDlq): Command =>
  addOutputOptions(
    withFilter(new Command('list').description('list dead letters with their reasons'))
      .option('--all', 'also replayed and dropped ones')
      .option('--limit <n>', 'the newest n', count, 100),
    'one JSON object per line',
  ).action((options: ListEntriesOptions & OutputFlags) =>
    run(options, async (dlq, { printResult }) => printResult(listEntries(await readDlq(dlq), options))),
  );

const showCommand = (run: RunOnDlq): Command =>
  addOutputOptions(
    new Command('show')
      .description('show everything about entries, with their values')
      .argument('<ids...>', 'partition:offset, as in dlq list'),
    'one JSON object per line; a value that is not UTF-8 as value_base64',
  ).action((ids: string[], flags: OutputFlags) =>
    run(flags, async (dlq, { printResult }) => {
      const { entries } = await readDlq(dlq);
      printResult(await showEntries(dlq, selectEntries(entries, { ids, decided: true })));
    }),
  );

const replayCommand = (run: RunOnDlq): Command =>
  addOutputOptions(
    withSelection(new Command('replay').description('append records unchanged to the topic: a new delivery')).option(
      '--force',
      'also records that are still no events, and would be dead-lettered again',
    ),
  ).action((ids: string[], options: ReplayFlags) =>
    run(options, async (dlq, context) => runReplay(dlq, context, { ...options, ids })),
  );

const dropCommand = (run: RunOnDlq): Command =>
  addOutputOptions(
    withSelection(
      new Command('drop').description('mark dead letters as not wanted; they stay on the DLQ, and can be replayed'),
    ),
  ).action((ids: string[], options: DecideOptions) =>
    run(options, async (dlq, context) => runDrop(dlq, context, { ...options, ids })),
  );

const skipBatchCommand = (run: RunOnDlq): Command =>
  addOutputOptions(
    new Command('skip-batch')
      .description('put an unreadable batch of the topic on the DLQ, as one record; projectors and gateways skip it')
      .argument('<id>', 'partition:offset of its first record, as in /readyz of the projector', batchStart),
  ).action((start: BatchStart, flags: OutputFlags) =>
    run(flags, async (dlq, { printResult, ifStopped }) => {
      const onPublish = (): void =>
        ifStopped('The batch may be on the DLQ already: run it again, which puts it there at most once.');
      printResult(await skipBatch(dlq, start, onPublish));
    }),
  );

interface DecideOptions extends DeadLetterFilter, OutputFlags {
  readonly all?: boolean;
  readonly again?: boolean;
  readonly dryRun?: boolean;
}

interface ReplayFlags extends DecideOptions {
  readonly force?: boolean;
}

type WithIds<Options> = Options & { readonly ids: readonly string[] };

async function selectFrom(dlq: Dlq, options: WithIds<DecideOptions>): Promise<DeadLetterEntry[]> {
  const { entries } = await readDlq(dlq);
  return selectEntries(entries, { ...options, decided: options.again ?? false });
}

async function runReplay(
  dlq: Dlq,
  context: CommandContext,
  { force = false, ...options }: WithIds<ReplayFlags>,
): Promise<void> {
  const entries = await selectFrom(dlq, options);
  if (options.dryRun) {
    context.printResult(wouldBe(entries, 'replayed'));
    return;
  }
  context.ifStopped(
    'Some entries may have been replayed: `dlq list` has the others. The last ones may be delivered twice.',
  );
  await using publisher = await connectPublisher(dlq.kafka);
  const { showProgress } = context;
  const result = await replay(dlq, { publisher, entries, force, showProgress });
  const { replayed, undecodable, missing, batches } = result;
  context.printResult({
    lines: [
      `${replayed} replayed.` +
        (undecodable > 0 ? ` ${undecodable} are still no events and stay (--force replays them too).` : '') +
        (missing > 0 ? ` ${missing} are lost: they were only in the log, and the log no longer has them.` : '') +
        (batches > 0
          ? ` ${batches} are unreadable batches, which cannot be replayed: ask their sender to send the events again, and drop the entries.`
          : ''),
    ],
    json: result,
  });
}

async function runDrop(
  dlq: Dlq,
  { printResult, ifStopped }: CommandContext,
  options: WithIds<DecideOptions>,
): Promise<void> {
  const entries = await selectFrom(dlq, options);
  if (options.dryRun) {
    printResult(wouldBe(entries, 'dropped'));
    return;
  }
  ifStopped('Some entries may have been dropped: `dlq list` has the others.');
  await using publisher = await connectPublisher(dlq.kafka);
  await writeDecisions(publisher, { topic: dlq.topic, entries, decision: 'dropped' });
  printResult({ lines: [`${entries.length} dropped.`], json: { dropped: entries.length } });
}

const wouldBe = ({ length }: readonly DeadLetterEntry[], decision: string): CommandResult => ({
  lines: [`${length} entries would be ${decision}.`],
  json: { [`would_be_${decision}`]: length },
});

const withFilter = (command: Command): Command =>
  command
    .option('--partition <n>', 'of this partition', count)
    .addOption(
      new Option('--kind <kind>', 'not an event, an event that Postgres refused, or an unreadable batch').choices([
        'undecodable',
        'refused',
        'unreadable',
      ]),
    )
    .option('--reason <text>', 'whose reason contains this text')
    .option('--since <time>', 'dead-lettered at or after this time (ISO 8601)', time)
    .option('--until <time>', 'dead-lettered before this time (ISO 8601)', time);

const withSelection = (command: Command): Command =>
  withFilter(command.argument('[ids...]', 'partition:offset, as in dlq list; or a filter, or --all'))
    .option('--all', 'all open ones')
    .option('--again', 'also replayed and dropped ones')
    .option('--dry-run', 'only say how many it would be');

function batchStart(text: string): BatchStart {
  const [, partition, offset] = /^(\d{1,9}):(\d{1,15})$/.exec(text) ?? [];
  if (offset === undefined) throw new InvalidArgumentError('Expected partition:offset, e.g. 3:1042.');
  return { partition: Number(partition), offset: Number(offset) };
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Not a whole number.');
  return Number(text);
}

function time(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('Not a timestamp; expected e.g. 2026-03-02T13:00:00Z.');
  return ms;
}

const help = `
A record that is not an event, or that Postgres refuses, becomes a dead letter on <topic>-dlq, so that its partition
continues. An entry is identified by partition:offset of the record. Nothing on the DLQ is ever deleted: replay and drop
append a decision.

Examples:
  npm run projector -- dlq list
  npm run projector -- dlq show 3:1042
  npm run projector -- dlq replay --kind refused --since 2026-03-02
  npm run projector -- dlq drop --reason 'not JSON' --dry-run
  npm run projector -- dlq skip-batch 3:1042`;
