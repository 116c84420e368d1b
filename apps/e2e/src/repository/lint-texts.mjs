// Reads JSON [{filePath, text}] from stdin; writes JSON with the boundary rules that each text breaks.
import { text } from 'node:stream/consumers';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';

// Without the project graph, @nx/enforce-module-boundaries accepts every import.
await createProjectGraphAsync({ exitOnError: true });

const boundaryRule = /^(walls\/\w+|@nx\/enforce-module-boundaries|(@typescript-eslint\/)?no-restricted-\w+)$/;
const eslint = new ESLint({
  ruleFilter: ({ ruleId }) => boundaryRule.test(ruleId),
  // None of these rules needs types.
  overrideConfig: {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: false } },
  },
});
const broken = [];
for (const { filePath, text: source } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(source, { filePath });
  broken.push([...new Set(result.messages.map(({ ruleId, message }) => ruleId ?? message))]);
}
process.stdout.write(JSON.stringify(broken));
