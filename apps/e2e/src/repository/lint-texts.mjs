// Reads [{filePath, text}] as JSON from standard input; writes the rules that each text breaks, as JSON.
import { text } from 'node:stream/consumers';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';

// Made by the first lint of a checkout. Without it the rule on boundaries says a word, on standard output, and lets everything pass.
await createProjectGraphAsync({ exitOnError: true });

const eslint = new ESLint();
const broken = [];
for (const { filePath, text: source } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(source, { filePath });
  broken.push([...new Set(result.messages.map(({ ruleId, message }) => ruleId ?? message))]);
}
process.stdout.write(JSON.stringify(broken));
