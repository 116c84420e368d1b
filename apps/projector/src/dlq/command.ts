import {
  checkKafka,
  connectKafka,
  connectPublisher,
  createLog,
  isTransientKafkaError,
  kafkaConnection,
  kafkaEnv,
  readConfig,
} from '@callstream/runtime';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { writeDecisions, readDlq } from './dlq.ts';
import type { Dlq } from './dlq.ts';
import { listEntries } from './list-entries.ts';
import type { ListEntriesOptions } from './list-entries.ts';
import { replay } from './replay.ts';
import { selectEntries } from './select-entries.ts';
import type { DeadLetterFilter } from './select-entries.ts';
import { showEntries } from './show-entries.ts';
import { skipBatch } from './skip-batch.ts';
import type { BatchStart } from './skip-batch.ts';

const print = (lines: readonly string[]): void => void process.stdout.write(lines.map((line) => `${line}\n`).join(''));
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const DlqEnv = z.object(kafkaEnv).superRefine(checkKafka);

/** `projector dlq …`. `env`: where the settings of Kafka are. */
export function dlqCommand(env: Readonly<Record<string, string | undefined>>): Command {
  const on = async (work: (dlq: Dlq) => Promise<void>): Promise<void> => {
    try {
      const config = readConfig(DlqEnv, env);
      const { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic } = config;
      const log = createLog({ service: 'dlq', level: 'silent' });
      const kafka = connectKafka({ ...kafkaConnection(config), clientId: 'callstream-dlq', log });
      await work({ kafka, topic, log }).catch((error: unknown) => {
        if (!isTransientKafkaError(error)) throw error;
        throw new Error(
          `Kafka does not answer at ${brokers.join(', ')}: ${(error as Error).message}. Start it (npm start), or set KAFKA_BROKERS.`,
          { cause: error },
        );
      });
    } catch (error) {
      say((error as Error).message);
      process.exitCode = 1;
    }
  };
  return new Command('dlq')
    .description('look at the records that were put aside, and decide what becomes of them')
    .addHelpText('after', help)
    .addCommand(
      withFilter(new Command('list').description('what was put aside, and why'))
        .option('--all', 'also what was replayed or dropped')
        .option('--limit <n>', 'the newest so many', count, 100)
        .option('--json', 'one JSON object a line')
        .action((options: ListEntriesOptions) => on(async (dlq) => print(listEntries(await readDlq(dlq), options)))),
    )
    .addCommand(
      new Command('show')
        .description('all that is known of entries, with their values')
        .argument('<ids...>', 'partition:offset, as dlq list shows them')
        .option('--json', 'one JSON object a line; a value that is no UTF-8 as value_base64')
        .action((ids: string[], { json = false }: { json?: boolean }) =>
          on(async (dlq) => {
            const { entries } = await readDlq(dlq);
            print(await showEntries(dlq, selectEntries(entries, { ids, decided: true }), json));
          }),
        ),
    )
    .addCommand(
      withSelection(new Command('replay').description('put records back on the topic as they were: a new delivery'))
        .option('--force', 'also what is still no event, and would come straight back')
        .action((ids: string[], options: DecideOptions & { force?: boolean }) =>
          on((dlq) => runReplay(dlq, ids, options)),
        ),
    )
    .addCommand(
      withSelection(
        new Command('drop').description(
          'write down that records are not wanted; they stay on the DLQ, and can be replayed',
        ),
      ).action((ids: string[], options: DecideOptions) => on((dlq) => runDrop(dlq, ids, options))),
    )
    .addCommand(
      new Command('skip-batch')
        .description(
          'put a batch of the topic that cannot be read on the DLQ, as one record; everybody goes on behind it',
        )
        .argument('<id>', 'partition:offset of its first record, as the projector and its /readyz say', batchStart)
        .action((id: BatchStart) => on(async (dlq) => print([await skipBatch(dlq, id)]))),
    );
}

interface DecideOptions extends DeadLetterFilter {
  readonly all?: boolean;
  readonly again?: boolean;
  readonly dryRun?: boolean;
}

async function selectFrom(dlq: Dlq, ids: readonly string[], { dryRun: _, again, ...choice }: DecideOptions) {
  const { entries } = await readDlq(dlq);
  return selectEntries(entries, { ids, ...choice, ...(again === undefined ? {} : { decided: again }) });
}

async function runReplay(
  dlq: Dlq,
  ids: readonly string[],
  options: DecideOptions & { force?: boolean },
): Promise<void> {
  const { force = false, ...acting } = options;
  const entries = await selectFrom(dlq, ids, acting);
  if (options.dryRun) return print([`${entries.length} entries would be replayed.`]);
  await using publisher = await connectPublisher(dlq.kafka);
  const { replayed, stillNoEvent, gone, batches } = await replay(dlq, {
    ...{ publisher, entries, force },
    terminal: process.stderr,
  });
  print([
    `${replayed} replayed.` +
      (stillNoEvent > 0 ? ` ${stillNoEvent} are still no events and stay (--force replays them all the same).` : '') +
      (gone > 0 ? ` ${gone} cannot be had any more: the log does not have them.` : '') +
      (batches > 0
        ? ` ${batches} are batches that cannot be read, so there is nothing to put back: have whoever wrote them send their events again, and drop the entries.`
        : ''),
  ]);
}

async function runDrop(dlq: Dlq, ids: readonly string[], options: DecideOptions): Promise<void> {
  const entries = await selectFrom(dlq, ids, options);
  if (options.dryRun) return print([`${entries.length} entries would be dropped.`]);
  await using publisher = await connectPublisher(dlq.kafka);
  await writeDecisions(publisher, { topic: dlq.topic, entries, decision: 'dropped' });
  print([`${entries.length} dropped.`]);
}

const withFilter = (command: Command): Command =>
  command
    .option('--partition <n>', 'of this partition', count)
    .addOption(
      new Option('--kind <kind>', 'no event, an event that Postgres refused, or a batch that cannot be read').choices([
        'undecodable',
        'refused',
        'unreadable',
      ]),
    )
    .option('--reason <text>', 'whose reason contains this text')
    .option('--since <time>', 'put aside at or after this time (ISO 8601)', time)
    .option('--until <time>', 'put aside before this time (ISO 8601)', time);

const withSelection = (command: Command): Command =>
  withFilter(command.argument('[ids...]', 'partition:offset, as dlq list shows them; or a filter, or --all'))
    .option('--all', 'all that nobody has decided on yet')
    .option('--again', 'also what was replayed or dropped before')
    .option('--dry-run', 'only say how many it would be');

function batchStart(text: string): BatchStart {
  const [, partition, offset] = /^(\d{1,9}):(\d{1,15})$/.exec(text) ?? [];
  if (offset === undefined) throw new InvalidArgumentError('Expected partition:offset, e.g. 3:1042.');
  return { partition: Number(partition), offset: Number(offset) };
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  return Number(text);
}

function time(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('It is no time, like 2026-03-02T13:00:00Z.');
  return ms;
}

const help = `
Records that are no events, and events that Postgres refuses, are put aside on <topic>-dlq, so that their partition goes
on. An entry is known by where the record stood: partition:offset. Nothing on the DLQ is ever deleted: replay and drop
write a decision beside it.

Examples:
  npm run projector -- dlq list
  npm run projector -- dlq show 3:1042
  npm run projector -- dlq replay --kind refused --since 2026-03-02
  npm run projector -- dlq drop --reason 'not JSON' --dry-run
  npm run projector -- dlq skip-batch 3:1042`;
