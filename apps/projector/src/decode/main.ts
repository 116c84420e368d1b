import { Command, Option } from 'commander';
import { defaultSource, knownSources } from '@callstream/domain';
import { printable, printableJson } from '@callstream/resilience';
import { addJsonOption, runCommand } from '@callstream/runtime/command';
import { judgeOf } from './dialplan-options.ts';
import type { DialplanOptions } from './dialplan-options.ts';
import { decodeLines } from './decode-lines.ts';
import { jsonOf, textOf } from './print-line.ts';
import { createSummary, summaryLines } from './summary.ts';

interface DecodeOptions extends DialplanOptions {
  readonly source: string;
  readonly sourceName?: string;
  readonly json?: boolean;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const program = addJsonOption(
  new Command('decode')
    .description(
      'Shows what each line of a capture means, and what follows from all of them, without Kafka or Postgres. The file has one event per line, as JSON (NDJSON); a field "received_at" (RFC 3339) is taken as its reception, and is no part of the event. Of an Asterisk it may also be a queue_log.',
    )
    .argument('<file>', 'an NDJSON file, a queue_log, or - for standard input')
    .addOption(
      new Option('--source <name>', 'the system that sent the events')
        .choices([...knownSources.keys()])
        .default(defaultSource.name),
    )
    .option('--source-name <name>', 'the instance of the system, which ids begin with')
    .option(
      '--incoming-context <context>',
      'asterisk: a context into which lines from outside call, as from-trunk*; may be given more than once (default: those of FreePBX)',
      collect,
    )
    .option('--extension <pattern>', 'asterisk: extensions of the PBX, as _2XX; may be given more than once', collect)
    .option(
      '--queue-context <context=queue>',
      'asterisk: the queue that a context sends callers to, or context= if it is the extension; may be given more than once',
      collect,
    ),
  'for programs: one line of JSON for each line, and one with "summary" at the end',
).parse();
const [file = '-'] = program.args;
const options = program.opts<DecodeOptions>();
const { source, sourceName = null, json = false } = options;

/** Waits where the reader is slower, so that a large capture is not kept in memory. */
const print = (text: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(`${text}\n`, () => {
      resolve();
    });
  });

await runCommand({ service: 'decode', json }, async ({ signal }) => {
  const summary = createSummary();
  const lines = decodeLines(file, { source, sourceName, judge: judgeOf(options) });
  for await (const line of lines) {
    if (signal.aborted) return;
    summary.add(line);
    await print(json ? printableJson(JSON.stringify(jsonOf(line))) : textOf(line));
  }
  const total = summary.total();
  await print(
    json ? printableJson(JSON.stringify({ summary: total })) : `\n${summaryLines(total).map(printable).join('\n')}`,
  );
  if (total.problems > 0) process.exitCode = 1;
});
