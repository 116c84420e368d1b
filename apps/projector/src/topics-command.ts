import { partitionsDefault } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { Command, InvalidArgumentError } from 'commander';
import type { ProjectorConfig } from './config.ts';
import { createMissingTopics } from './create-topics.ts';
import type { TopicOptions } from './create-topics.ts';

/** `projector topics`: for those whose services may not create topics. `start` reads the settings. */
export const topicsCommand = (start: () => { config: ProjectorConfig; log: Log }): Command =>
  new Command('topics')
    .description('make the topics that are missing, as a user of Kafka who may; needs no Postgres')
    .option('--partitions <number>', 'of new topics; never changed afterwards', count, partitionsDefault)
    .option('--replicas <number>', 'copies of each partition (default: what the brokers have as default)', count)
    .option(
      '--in-sync-min <number>',
      'copies that must have an event before it counts as stored, min.insync.replicas (default: as the brokers)',
      count,
    )
    .addHelpText('after', '\nExample, with three brokers:\n  npm run projector -- topics --replicas 3 --in-sync-min 2')
    .action(async (options: TopicOptions) => {
      const { config, log } = start();
      await createMissingTopics(config, log, options);
    });

function count(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 to 9999 is needed.');
  return Number(text);
}
