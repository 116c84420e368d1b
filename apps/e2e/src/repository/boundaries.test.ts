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
  ['libs/spool/src/spool.ts', '@callstream/runtime', null],
  ['libs/spool/src/spool.ts', '@callstream/domain', boundary],
  ['apps/delegator/src/main.ts', '@callstream/tables', null],
  ['apps/delegator/src/main.ts', '@callstream/spool', boundary],
  ['apps/asterisk/src/main.ts', '@callstream/spool', null],
  ['apps/asterisk/src/main.ts', '@callstream/tables', boundary],
  ['apps/simulator/src/send.ts', '@callstream/spool', boundary],
  ['libs/client/src/index.ts', '@callstream/runtime', boundary],
  ['libs/client/src/index.ts', '@callstream/contracts', '@typescript-eslint/no-restricted-imports'],
  ['libs/client/src/index.ts', '@callstream/contracts/live-call-of', null],
  ['libs/client/src/index.ts', 'node:events', 'walls/node'],
  ['libs/client/src/index.ts', 'events', 'walls/node'],
  ['libs/client/src/client.test.ts', 'node:events', null],
  ['libs/contracts/src/index.ts', 'node:crypto', 'walls/node'],
  ['libs/contracts/src/index.ts', 'fs/promises', 'walls/node'],
  ['libs/contracts/src/index.ts', 'zod', null],
  ['apps/dashboard/src/page.tsx', 'node:fs', 'walls/node'],
  ['apps/dashboard/src/page.tsx', './gateway.ts', 'no-restricted-syntax'],
  ['apps/dashboard/src/page.tsx', './style/base.css', null],
  ['apps/dashboard/src/page.tsx', '@callstream/client', null],
  ['apps/dashboard/src/page.tsx', '@callstream/runtime', boundary],
  ['apps/dashboard/src/page.tsx', '@callstream/gateway/src/socket/client-socket.ts', boundary],
  ['apps/dashboard/src/page.tsx', '@callstream/contracts', '@typescript-eslint/no-restricted-imports'],
  ['libs/domain/src/event.ts', '@callstream/contracts', boundary],
  ['libs/domain/src/event.ts', 'node:fs', 'walls/node'],
  ['libs/domain/src/event.ts', 'zod', 'no-restricted-imports'],
  ['libs/domain/src/event.ts', './kinds.ts', 'no-restricted-syntax'],
  ['libs/runtime/src/kafka/connect.ts', 'kafkajs', null],
  ['libs/runtime/src/kafka/connect.ts', 'pg', 'walls/pg'],
  ['libs/runtime/src/kafka/connect.ts', './kafkajs-2.2.4/reconnect.ts', 'no-restricted-syntax'],
  ['libs/runtime/src/config/kafka-env.ts', 'kafkajs', 'walls/kafkajs'],
  ['libs/stack/src/kafka.ts', 'kafkajs', 'walls/kafkajs'],
  ['apps/gateway/src/main.ts', 'kafkajs/src/cluster/index.js', 'walls/kafkajs'],
  ['apps/e2e/src/system/system.ts', 'kafkajs', 'walls/kafkajs'],
  ['libs/tables/src/connection/pool.ts', 'pg', null],
  ['libs/tables/src/connection/pool.ts', 'kafkajs', 'walls/kafkajs'],
  ['libs/stack/src/postgres.ts', 'pg', null],
  ['apps/projector/src/run.ts', 'pg', 'walls/pg'],
  ['apps/projector/src/run.ts', 'pg-copy-streams', 'walls/pg'],
  ['apps/e2e/src/system/system.ts', 'pg', 'walls/pg'],
  ['apps/projector/src/run.ts', '@callstream/tables/testing', 'walls/testing'],
  ['apps/projector/src/run.ts', '@callstream/domain/testing/oracle', 'walls/testing'],
  ['apps/projector/testing/fixture.ts', '@callstream/tables/testing', null],
  ['apps/projector/testing/fixture.ts', '@callstream/domain/testing/oracle', null],
  ['apps/projector/src/projection.int.test.ts', '@callstream/tables/testing', null],
];

/** What the domain must not contain, without an import. */
const forbidden: readonly [text: string, rule: string][] = [
  ['export const now = (): number => Date.now();\n', 'no-restricted-properties'],
  ['export const now = (): Date => new Date();\n', 'no-restricted-syntax'],
  ['export const luck = (): number => Math.random();\n', 'no-restricted-properties'],
  ['export const out = (): void => console.log(1);\n', 'no-restricted-globals'],
  ['export const both = (a: object): object => ({ ...a, ...{ b: 1 } });\n', 'no-restricted-syntax'],
];

/** A way around a wall without an import declaration, and the rule that forbids it; null if it is allowed. */
const aroundWalls: readonly [filePath: string, text: string, rule: string | null][] = [
  ['apps/gateway/src/run.ts', "createRequire(import.meta.url)('kafkajs/src/cluster');\n", 'walls/kafkajs'],
  ['apps/gateway/src/run.ts', "await import('kafkajs');\n", 'walls/kafkajs'],
  ['apps/gateway/src/run.ts', 'require.resolve(`kafkajs/src/${name}`);\n', 'walls/kafkajs'],
  ['apps/gateway/src/run.ts', "export type Client = import('kafkajs').Kafka;\n", 'walls/kafkajs'],
  ['libs/runtime/src/kafka/kafkajs-2.2.4/internals.ts', "require('kafkajs/package.json');\n", null],
  ['apps/projector/src/run.ts', "createRequire(import.meta.url)('pg');\n", 'walls/pg'],
  ['apps/projector/src/run.ts', "export const isPg = (name: string): boolean => name === 'pg';\n", null],
  ['apps/projector/src/run.ts', "export type Pool = import('pg').Pool;\n", 'walls/pg'],
  ['libs/contracts/src/api.ts', "await import('node:fs');\n", 'walls/node'],
  ['libs/contracts/src/api.ts', "export type Hash = import('node:crypto').Hash;\n", 'walls/node'],
  ['libs/contracts/src/api.ts', "export { readFile } from 'node:fs/promises';\n", 'walls/node'],
  ['libs/contracts/src/api.ts', "export const names = ['url'];\n", null],
  ['libs/domain/src/event.ts', "export { kinds } from './kinds.ts';\n", null],
  ['apps/gateway/src/http/calls.ts', "export const sql = 'select 1';\n", 'walls/sql'],
  ['apps/gateway/src/http/calls.ts', 'export const sql = `\n  with a as (select 1) ${rest}`;\n', 'walls/sql'],
  ['apps/projector/src/run.ts', "export const sql = 'DELETE FROM calls';\n", 'walls/sql'],
  ['apps/projector/src/run.ts', "export const sql = 'begin; update calls set queue = null';\n", 'walls/sql'],
  ['apps/projector/src/run.ts', "export const sql = 'update projection.calls c set queue = null';\n", 'walls/sql'],
  ['apps/projector/src/run.ts', "export const sql = 'create table t ()';\n", 'walls/sql'],
  ['apps/projector/src/run.ts', "export const text = 'Select a queue, or update the page.';\n", null],
  ['apps/projector/src/run.ts', "export const text = 'rollback';\n", null],
  ['libs/spool/src/segment.ts', "export const sql = 'select 1';\n", null],
  ['apps/ingest/src/webhook/app.ts', "export const sql = 'select 1';\n", 'walls/sql'],
  ['libs/tables/src/read/board.ts', "export const sql = 'select 1';\n", null],
  ['libs/runtime/src/log.ts', "export const level = process.env['LOG_LEVEL'];\n", 'walls/env'],
  ['libs/runtime/src/log.ts', "export const level = process['env'].LOG_LEVEL;\n", 'walls/env'],
  ['libs/runtime/src/log.ts', 'export const { env } = process;\n', 'walls/env'],
  ['libs/runtime/src/log.ts', "export { env } from 'node:process';\n", 'walls/env'],
  ['libs/runtime/src/log.ts', "import process from 'node:process';\n", 'walls/env'],
  ['libs/runtime/src/log.ts', 'export const level = globalThis.process.env.LOG_LEVEL;\n', 'walls/env'],
  ['apps/simulator/src/post.ts', "export const port = process.env['INGEST_PORT'];\n", 'walls/env'],
  ['apps/simulator/src/send.ts', "export const port = process.env['INGEST_PORT'];\n", null],
  ['apps/gateway/src/run.ts', "export const port = process.env['GATEWAY_PORT'];\n", 'walls/env'],
  ['apps/gateway/src/main.ts', "export const port = process.env['GATEWAY_PORT'];\n", null],
  ['tools/up.ts', "export const port = process.env['GATEWAY_PORT'];\n", null],
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
  ['libs/domain/src/event.ts', 'export const next = (ms: number): number => Math.min(ms * 2, 5_000);\n', byHand],
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

const ways = [...aroundWalls, ...unscoped, ...mechanisms];

describe('module boundaries', () => {
  let found: string[][];
  beforeAll(async () => {
    found = await lint([
      ...imports.map(([filePath, module]) => ({ filePath, text: importOf(module) })),
      ...forbidden.map(([text]) => ({ filePath: 'libs/domain/src/event.ts', text })),
      ...ways.map(([filePath, text]) => ({ filePath, text })),
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
  it.each(ways.map(([filePath, text, rule], i) => ({ filePath, text: text.trim(), rule, i })))(
    '$filePath with $text breaks the lint rule: $rule',
    ({ rule, i }) => expect(found[imports.length + forbidden.length + i]).toEqual(rule === null ? [] : [rule]),
  );
});
