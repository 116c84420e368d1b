import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { addJsonOption, runCommand } from '@callstream/runtime/command';
import { Command } from 'commander';
import { collectHeader, createPoster, defaultUrl } from './post.ts';

interface SendOptions {
  readonly url: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

const program = addJsonOption(
  new Command('send')
    .description(
      'Posts one test event, or the events of a file in its order. The file has one JSON object per line (NDJSON).',
    )
    .argument('[file]', 'an NDJSON file, or - for standard input')
    .option('--url <url>', 'the webhook; with the path secret, if one is set', defaultUrl(process.env))
    .option('--header <line>', 'a header, as "Authorization: Bearer …"; may be given more than once', collectHeader),
  'for programs: counts, and the refused lines with their reasons, as one JSON document',
).parse();
const [file] = program.args;

/** A new call, which dashboards show. Its id begins with `test.`, so that it cannot be mistaken for a real call. */
const testEvent = (): string =>
  JSON.stringify({
    type: 'call.new',
    call_id: `test.${Date.now()}`,
    direction: 'inbound',
    our_number: '551130300000',
    their_number: '5511900000000',
    timestamp: new Date().toISOString(),
  });

interface RefusedLine {
  readonly line: number;
  readonly reason: string;
}

const { url, header, json } = program.opts<SendOptions>();
await runCommand({ service: 'send', json }, async ({ signal, printStatus, printResult, ifStopped }) => {
  await using poster = createPoster(url, 1, header);
  let accepted = 0;
  const refused: RefusedLine[] = [];
  let lineNumber = 0;
  for await (const line of linesOf(file)) {
    if (signal.aborted) return;
    lineNumber++;
    if (line.trim() === '') continue;
    const reason = await poster.post(line);
    if (reason === null) accepted++;
    else {
      refused.push({ line: lineNumber, reason });
      printStatus(`line ${lineNumber}: ${reason}`);
    }
    ifStopped(`Line ${lineNumber} was the last one: accepted ${accepted}, refused ${refused.length}.`);
  }
  printResult({
    lines: [`accepted ${accepted}, refused ${refused.length}`],
    json: { accepted, refused: refused.length, refusals: refused },
  });
  if (refused.length > 0) process.exitCode = 1;
});

/** @throws {Error} if the file cannot be read */
async function* linesOf(path: string | undefined): AsyncGenerator<string> {
  const input: Readable =
    path === undefined ? Readable.from([testEvent()]) : path === '-' ? process.stdin : createReadStream(path);
  try {
    yield* createInterface({ input, crlfDelay: Infinity });
  } catch (error) {
    throw new Error(`${path ?? 'The event'} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
