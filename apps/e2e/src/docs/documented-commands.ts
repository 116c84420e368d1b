/** What tests a documented command: a test file that contains the text `runs`, or the reason why nothing does. */
export type CommandCoverage = { readonly test: string; readonly runs: string } | { readonly untested: string };

/** Every command in the `sh` blocks of the documentation. The first matching pattern counts. */
export const commandCoverage: readonly (readonly [RegExp, CommandCoverage])[] = [
  [/^npm start$/, { test: 'apps/e2e/src/commands/npm-start.int.test.ts', runs: 'tools/start.mjs' }],
  [
    /^KAFKA_BROKERS=\S+ DATABASE_URL=\S+ npm start$/,
    { test: 'apps/e2e/src/commands/npm-start.int.test.ts', runs: 'KAFKA_BROKERS' },
  ],
  [/^INGEST_PORT=.* npm run ingest$/, { test: 'apps/e2e/src/restarts/rolling.int.test.ts', runs: 'instances.ingest' }],
  [/^(CALLSTREAM_TEST_\w+=\S+ )*npm test/, { untested: 'it runs this test' }],
  [
    /^npm run demo:asterisk/,
    {
      untested: 'it needs minutes, and Docker or root; the same PBX is in apps/e2e/src/asterisk/real-pbx.long.test.ts',
    },
  ],
  [/^npm run simulate/, { test: 'apps/e2e/src/commands/simulator.int.test.ts', runs: "'simulate.ts'" }],
  [/^npm run send/, { test: 'apps/e2e/src/commands/simulator.int.test.ts', runs: "'send.ts'" }],
  [
    /^npm run asterisk -- (import|follow)/,
    { test: 'apps/e2e/src/asterisk/queue-log-tests.ts', runs: "'apps/asterisk/src/main.ts', 'import'" },
  ],
  [/^mysql /, { untested: 'needs a database of Asterisk' }],
  [
    /^npm run asterisk/,
    { test: 'apps/e2e/src/asterisk/connector-tests.ts', runs: "'apps/asterisk/src/main.ts', '--check'" },
  ],
  [
    /^npm run delegator/,
    { test: 'apps/e2e/src/delegator/delegator.int.test.ts', runs: "delegate('replay', ...period)" },
  ],
  [/^npm run decode/, { test: 'apps/projector/src/decode/decode.test.ts', runs: "'main.ts'" }],
  [/^npm run doctor/, { test: 'apps/e2e/src/commands/doctor.int.test.ts', runs: 'tools/doctor.ts' }],
  [/^npm run watch/, { test: 'apps/e2e/src/calls/numbers.int.test.ts', runs: 'apps/watch/src/main.ts' }],
  [
    /^npm run (--silent )?export/,
    { test: 'apps/e2e/src/calls/numbers.int.test.ts', runs: 'apps/watch/src/export/main.ts' },
  ],
  [
    /^npm run token/,
    { test: 'apps/e2e/src/screens/dashboard-page.int.test.ts', runs: 'apps/gateway/src/token/main.ts' },
  ],
  [/^npm run projector -- dlq/, { test: 'apps/projector/src/dlq/command.int.test.ts', runs: "'dlq', ...args" }],
  [/^npm run projector -- rebuild/, { test: 'apps/e2e/src/rebuild/rebuild.int.test.ts', runs: "command('rebuild'" }],
  [/^npm run projector -- verify/, { test: 'apps/e2e/src/rebuild/rebuild.int.test.ts', runs: "command('verify'" }],
  [/^npm run projector -- rollback/, { test: 'apps/e2e/src/rebuild/rebuild.int.test.ts', runs: "command('rollback'" }],
  [
    /^npm run (--silent )?projector -- status/,
    { test: 'apps/e2e/src/rebuild/rebuild.int.test.ts', runs: "command('status'" },
  ],
  [
    /^npm run projector -- topics/,
    {
      untested:
        'migrate creates topics by the same code (apps/projector/src/migrate.int.test.ts); three replicas need three brokers',
    },
  ],
  [/^npm run bench/, { untested: 'a benchmark needs minutes on an idle machine' }],
  [/^npm run screenshots/, { untested: 'it overwrites the pictures of the documentation' }],
  [/^npm run dev --workspace=apps\/dashboard/, { untested: 'the development server of Vite' }],
  [/^npm run docs/, { test: 'apps/e2e/src/docs/site.long.test.ts', runs: 'tools/docs.mjs' }],
  [/^npx nx release|^git push/, { untested: 'it makes a release' }],
  [/^docker[ /]/, { untested: 'needs Docker: docker/smoke' }],
  [/^(mkdir|openssl|sed|chmod) .*docker\/secrets/, { untested: 'creates the secrets of a compose deployment' }],
  [/^git pull/, { untested: 'needs the remote repository' }],
  [/^acls/, { test: 'apps/e2e/src/security/tls-and-acls.int.test.ts', runs: './documented-acls.ts' }],
  [
    /^(KAFKA|DATABASE)_\w+=\S+$/,
    { test: 'apps/e2e/src/security/tls-and-acls.int.test.ts', runs: 'KAFKA_SASL_USERNAME' },
  ],
  [/^(psql|SQL$|create role|alter role)/, { test: 'libs/tables/src/roles.int.test.ts', runs: './roles.sql' }],
  [/^export /, { untested: 'sets addresses of the reader' }],
  [/^curl /, { untested: 'the same requests are tested by apps/gateway/src/http/api.int.test.ts' }],
];
