import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { Command } from 'commander';
import { collectHeader, createPoster, defaultUrl } from './post.ts';

const program = new Command('send')
  .description(
    'Posts one test event, or the events of a file in its order. The file has one JSON object per line (NDJSON).',
  )
  .argument('[file]', 'an NDJSON file, or - for standard input')
  .option('--url <url>', 'the webhook; with the path secret, if one is set', defaultUrl(process.env))
  .option('--header <line>', 'a header, as "Authorization: Bearer …"; may be given more than once', collectHeader)
  .parse();
const { url, header } = program.opts<{ url: string; header?: Record<string, string> }>();
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

try {
  await send();
} catch (error) {
  process.stderr.write(`${file ?? 'The event'} cannot be read: ${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function send(): Promise<void> {
  await using poster = createPoster(url, 1, header);
  let accepted = 0;
  let refused = 0;
  let lineNumber = 0;
  const input: Readable =
    file === undefined ? Readable.from([testEvent()]) : file === '-' ? process.stdin : createReadStream(file);
  const lines = createInterface({ input, crlfDelay: Infinity });
  // readline ignores errors of its input.
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  failed.catch(() => undefined);
  const read = async (): Promise<void> => {
    for await (const line of lines) {
      lineNumber++;
      if (line.trim() === '') continue;
      const failure = await poster.post(line);
      if (failure === null) accepted++;
      else {
        refused++;
        process.stderr.write(`line ${lineNumber}: ${failure}\n`);
      }
    }
  };
  await Promise.race([read(), failed]);
  process.stderr.write(`accepted ${accepted}, refused ${refused}\n`);
  if (refused > 0) process.exitCode = 1;
}
