import { addOutputOptions, partitionsDefault, runCommand } from '@callstream/runtime';
import type { OutputFlags } from '@callstream/runtime';
import { Command, InvalidArgumentError } from 'commander';
import type { ProjectorConfig } from './config.ts';
import { createMissingTopics, topicsText } from './create-topics.ts';
import type { TopicOptions } from './create-topics.ts';

/** `projector topics`: for services whose Kafka user may not create topics. */
export const topicsCommand = (readSettings: () => ProjectorConfig): Command =>
  addOutputOptions(
    new Command('topics').description('create missing topics, as a Kafka user that may; needs no Postgres'),
  )
    .option('--partitions <number>', 'partitions of new topics; never changed afterwards', count, partitionsDefault)
    .option(
      '--replicas <number>',
      'replicas of each partition (default: default.replication.factor of the brokers)',
      count,
    )
    .option(
      '--in-sync-min <number>',
      'replicas that must have an event before it counts as stored, min.insync.replicas (default: as the brokers)',
      count,
    )
    .addHelpText('after', '\nExample, with three brokers:\n  npm run projector -- topics --replicas 3 --in-sync-min 2')
    .action(({ json, verbose, ...options }: TopicOptions & OutputFlags) =>
      runCommand({ service: 'projector', json, verbose }, async (context) => {
        context.ifStopped('Topics that were created stay; run it again for the others.');
        const topics = await createMissingTopics(readSettings(), context, options);
        context.printResult({ lines: [topicsText(topics)], json: topics });
      }),
    );

function count(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1 to 9999.');
  return Number(text);
}
