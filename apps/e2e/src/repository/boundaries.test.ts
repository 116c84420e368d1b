import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

const root = join(import.meta.dirname, '../../../..');

/** The lint rules that each text breaks as the content of that file. ESLint runs in a separate process. */
async function lint(texts: readonly { filePath: string; text: string }[]): Promise<string[][]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'lint-texts.mjs')], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', NX_DAEMON: 'false' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(texts));
  return (await json(child.stdout)) as string[][];
}

const boundary = '@nx/enforce-module-boundaries';
const importOf = (module: string): string => `import '${module}';\n`;

/** File, what it imports, and the rule that forbids it; null if it is allowed. */
const imports: readonly [filePath: string, module: string, rule: string | null][] = [
  ['apps/gateway/src/main.ts', '@callstream/ingest/src/webhook/app.ts', boundary],
  ['apps/gateway/src/main.ts', '../../ingest/src/webhook/app.ts', boundary],
  ['apps/gateway/src/main.ts', '@callstream/tables', null],
  ['apps/simulator/src/simulate.ts', '@callstream/domain', boundary],
  ['apps/watch/src/main.ts', '@callstream/tables', boundary],
  ['apps/watch/src/main.ts', '@callstream/client', null],
  ['apps/simulator/src/simulate.ts', '@callstream/contracts', null],
  ['apps/e2e/src/system/system.ts', '@callstream/simulator/src/centre.ts', boundary],
  ['libs/runtime/src/index.ts', '@callstream/ingest/src/webhook/app.ts', boundary],
  ['libs/contracts/src/index.ts', '@callstream/runtime', boundary],
  ['libs/tables/src/index.ts', '@callstream/runtime', boundary],
  ['libs/tables/src/index.ts', '@callstream/domain', null],
  ['libs/runtime/src/index.ts', '@callstream/domain', boundary],
  ['libs/runtime/src/index.ts', '@callstream/resilience', null],
  ['libs/tables/src/index.ts', '@callstream/resilience', null],
  ['libs/client/src/index.ts', '@callstream/resilience', null],
  ['libs/resilience/src/index.ts', '@callstream/runtime', boundary],
  ['libs/resilience/src/index.ts', 'node:timers/promises', 'no-restricted-imports'],
  ['libs/stack/src/index.ts', '@callstream/runtime', boundary],
  ['libs/stack/src/index.ts', '@callstream/files', null],
  ['libs/files/src/private-files.ts', '@callstream/runtime', boundary],
  ['libs/client/src/index.ts', '@callstream/runtime', boundary],
  ['libs/client/src/index.ts', '@callstream/contracts', '@typescript-eslint/no-restricted-imports'],
  ['libs/client/src/index.ts', '@callstream/contracts/live-call-of', null],
  ['libs/client/src/index.ts', 'node:events', '@typescript-eslint/no-restricted-imports'],
  ['apps/dashboard/src/page.tsx', '@callstream/client', null],
  ['apps/dashboard/src/page.tsx', '@callstream/runtime', boundary],
  ['apps/dashboard/src/page.tsx', '@callstream/gateway/src/socket/client-socket.ts', boundary],
  ['apps/dashboard/src/page.tsx', '@callstream/contracts', '@typescript-eslint/no-restricted-imports'],
  ['libs/domain/src/event.ts', '@callstream/contracts', boundary],
  ['libs/domain/src/event.ts', 'node:fs', 'no-restricted-imports'],
  ['libs/domain/src/event.ts', 'zod', 'no-restricted-imports'],
  ['libs/domain/src/kinds.ts', './event.ts', 'import-x/no-cycle'],
  ['libs/domain/src/event.ts', './kinds.ts', null],
  ['libs/runtime/src/kafka/connect.ts', 'kafkajs', null],
  ['libs/runtime/src/kafka/connect.ts', 'pg', 'no-restricted-imports'],
  ['libs/runtime/src/kafka/connect.ts', './kafkajs-2.2.4/reconnect.ts', 'no-restricted-syntax'],
  ['libs/runtime/src/config/kafka-env.ts', 'kafkajs', 'no-restricted-imports'],
  ['libs/stack/src/kafka.ts', 'kafkajs', 'no-restricted-imports'],
  ['apps/gateway/src/main.ts', 'kafkajs/src/cluster/index.js', 'no-restricted-imports'],
  ['apps/e2e/src/system/system.ts', 'kafkajs', 'no-restricted-imports'],
  ['libs/tables/src/connection/pool.ts', 'pg', null],
  ['libs/tables/src/connection/pool.ts', 'kafkajs', 'no-restricted-imports'],
  ['libs/stack/src/postgres.ts', 'pg', null],
  ['apps/projector/src/run.ts', 'pg', 'no-restricted-imports'],
  ['apps/projector/src/run.ts', 'pg-copy-streams', 'no-restricted-imports'],
  ['apps/e2e/src/system/system.ts', 'pg', 'no-restricted-imports'],
];

/** What the domain must not contain, without an import. */
const forbidden: readonly [text: string, rule: string][] = [
  ['export const now = (): number => Date.now();\n', 'no-restricted-properties'],
  ['export const now = (): Date => new Date();\n', 'no-restricted-syntax'],
  ['export const luck = (): number => Math.random();\n', 'no-restricted-properties'],
  ['export const out = (): void => console.log(1);\n', 'no-restricted-globals'],
  ['export const both = (a: object): object => ({ ...a, ...{ b: 1 } });\n', 'no-restricted-syntax'],
];

const restricted = '@typescript-eslint/no-restricted-imports';
/** A way of the gateway to data that the client's scope does not allow, and the rule that forbids it; null if it is allowed. */
const unscoped: readonly [filePath: string, text: string, rule: string | null][] = [
  ['apps/gateway/src/http/calls.ts', "export { searchCalls } from '@callstream/tables';\n", restricted],
  ['apps/gateway/src/http/calls.ts', "export { everything } from '../access/scope.ts';\n", restricted],
  ['apps/gateway/src/socket/requests.ts', "export { Scope } from '../access/scope.ts';\n", restricted],
  ['apps/gateway/src/socket/requests.ts', "export type { Scope } from '../access/scope.ts';\n", null],
  ['apps/gateway/src/queries/visible-tables.ts', "export { searchCalls } from '@callstream/tables';\n", null],
];

const byHand = 'no-restricted-syntax';
/** A mechanism that exists once, written by hand, and the rule that forbids it; null where it is at home. */
const mechanisms: readonly [filePath: string, text: string, rule: string | null][] = [
  ['apps/gateway/src/run.ts', 'export const next = (ms: number): number => Math.min(ms * 2, 5_000);\n', byHand],
  ['apps/dashboard/src/page.tsx', 'export const at = (n: number): number => Math.min(9, 3 * 2 ** n);\n', byHand],
  ['libs/resilience/src/backoff.ts', 'export const at = (n: number): number => Math.min(9, 3 * 2 ** n);\n', null],
  ['apps/gateway/src/run.ts', 'export const part = (ms: number): number => Math.min(ms * 3, 5_000);\n', null],
  [
    'apps/ingest/src/ready.ts',
    'let running: Promise<void> | undefined;\nexport const run = (work: () => Promise<void>): Promise<void> =>\n  (running ??= work().finally(() => (running = undefined)));\n',
    byHand,
  ],
  [
    'apps/projector/src/run.ts',
    "import { decode } from '@callstream/domain';\nimport { logEntry } from '@callstream/runtime';\nimport type { LogRecord } from '@callstream/runtime';\nexport const all = (records: LogRecord[]): unknown[] => records.map((record) => decode(logEntry(record)));\n",
    byHand,
  ],
  ['libs/tables/src/connection/client.ts', "export const code = 'CERT_HAS_EXPIRED';\n", byHand],
];

describe('module boundaries', () => {
  let found: string[][];
  beforeAll(async () => {
    found = await lint([
      ...imports.map(([filePath, module]) => ({ filePath, text: importOf(module) })),
      ...forbidden.map(([text]) => ({ filePath: 'libs/domain/src/event.ts', text })),
      ...unscoped.map(([filePath, text]) => ({ filePath, text })),
      ...mechanisms.map(([filePath, text]) => ({ filePath, text })),
    ]);
  }, 300_000);

  it.each(imports.map(([filePath, module, rule], i) => ({ filePath, module, rule, i })))(
    '$filePath importing $module breaks the lint rule: $rule',
    ({ rule, i }) => {
      if (rule === null) expect(found[i]).toEqual([]);
      else expect(found[i]).toContain(rule);
    },
  );
  it.each(forbidden.map(([text, rule], i) => ({ text: text.trim(), rule, i })))(
    'the domain must not contain: $text',
    ({ rule, i }) => expect(found[imports.length + i]).toContain(rule),
  );
  it.each(unscoped.map(([filePath, text, rule], i) => ({ filePath, text: text.trim(), rule, i })))(
    '$filePath with $text breaks the lint rule: $rule',
    ({ rule, i }) => expect(found[imports.length + forbidden.length + i]).toEqual(rule === null ? [] : [rule]),
  );
  it.each(mechanisms.map(([filePath, text, rule], i) => ({ filePath, text: text.trim(), rule, i })))(
    'a mechanism by hand in $filePath breaks the lint rule: $rule: $text',
    ({ rule, i }) =>
      expect(found[imports.length + forbidden.length + unscoped.length + i]).toEqual(rule === null ? [] : [rule]),
  );
});
