import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { createPoster, defaultUrl } from './post.ts';

const program = new Command('send')
  .description('Posts a file of events, one JSON object a line, in the order of the file.')
  .argument('<file>', 'an NDJSON file, or - for standard input')
  .option('--url <url>', 'where to post', defaultUrl)
  .parse();
const { url } = program.opts<{ url: string }>();
const file = program.args[0] ?? '-';

try {
  await send();
} catch (error) {
  process.stderr.write(`${file} cannot be read: ${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function send(): Promise<void> {
  await using poster = createPoster(url, 1);
  let accepted = 0;
  let refused = 0;
  let number = 0;
  const input = file === '-' ? process.stdin : createReadStream(file);
  const lines = createInterface({ input, crlfDelay: Infinity });
  // readline does not pass on the errors of its input.
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  failed.catch(() => undefined);
  const read = async (): Promise<void> => {
    for await (const line of lines) {
      number++;
      if (line.trim() === '') continue;
      const refusal = await poster.post(line);
      if (refusal === null) accepted++;
      else {
        refused++;
        process.stderr.write(`line ${number}: ${refusal}\n`);
      }
    }
  };
  await Promise.race([read(), failed]);
  process.stderr.write(`accepted ${accepted}, refused ${refused}\n`);
  if (refused > 0) process.exitCode = 1;
}
