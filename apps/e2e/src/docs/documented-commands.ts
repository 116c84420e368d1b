/** How it is known that a command of the documentation works: a test that runs it, or why there is none. */
export type CommandCoverage =
  | { readonly test: string; /** What the test has where it runs the command. */ readonly runs: string }
  | { readonly because: string };

/** Every command that stands in a block of `sh`. The first pattern that matches counts. */
export const commandCoverage: readonly (readonly [RegExp, CommandCoverage])[] = [
  [/^npm start$/, { test: 'apps/e2e/src/commands/npm-start.int.test.ts', runs: 'tools/start.mjs' }],
  [
    /^KAFKA_BROKERS=\S+ DATABASE_URL=\S+ npm start$/,
    { test: 'apps/e2e/src/commands/npm-start.int.test.ts', runs: 'KAFKA_BROKERS' },
  ],
  [/^INGEST_PORT=.* npm run ingest$/, { test: 'apps/e2e/src/restarts/rolling.int.test.ts', runs: 'members.ingest' }],
  [/^(CALLSTREAM_TEST_\w+=\S+ )*npm test/, { because: 'it is what runs this' }],
  [/^npm run simulate/, { test: 'apps/e2e/src/commands/simulator.int.test.ts', runs: "'simulate.ts'" }],
  [/^npm run send/, { test: 'apps/e2e/src/commands/simulator.int.test.ts', runs: "'send.ts'" }],
  [/^npm run watch/, { test: 'apps/e2e/src/calls/numbers.int.test.ts', runs: 'apps/watch/src/main.ts' }],
  [
    /^npm run token/,
    { test: 'apps/e2e/src/screens/dashboard-page.int.test.ts', runs: 'apps/gateway/src/token/main.ts' },
  ],
  [/^npm run projector -- dlq/, { test: 'apps/projector/src/dlq/command.int.test.ts', runs: "'dlq', ...args" }],
  [/^npm run projector -- rebuild/, { test: 'apps/e2e/src/rebuild/rebuild.int.test.ts', runs: "command('rebuild'" }],
  [/^npm run projector -- verify/, { test: 'apps/e2e/src/rebuild/rebuild.int.test.ts', runs: "command('verify'" }],
  [/^npm run projector -- rollback/, { test: 'apps/e2e/src/rebuild/rebuild.int.test.ts', runs: "command('rollback'" }],
  [/^npm run projector -- status/, { test: 'apps/e2e/src/rebuild/rebuild.int.test.ts', runs: "command('status'" }],
  [
    /^npm run projector -- topics/,
    {
      because:
        'migrate makes topics by the same code (apps/projector/src/migrate.int.test.ts); three replicas want three brokers',
    },
  ],
  [/^npm run bench/, { because: 'a benchmark wants a quiet machine, and minutes' }],
  [/^npm run screenshots/, { because: 'it writes the pictures of the documentation' }],
  [/^npm run dev --workspace=apps\/dashboard/, { because: 'Vite, for who works on the dashboard' }],
  [/^npm run docs/, { test: 'apps/e2e/src/docs/site.long.test.ts', runs: 'tools/docs.mjs' }],
  [/^npx nx release|^git push/, { because: 'it makes a release' }],
  [/^docker[ /]/, { because: 'needs Docker: docker/smoke' }],
  [/^(mkdir|openssl|sed|chmod) .*docker\/secrets/, { because: 'makes secrets for compose, of your own' }],
  [/^git pull/, { because: 'an update from where you cloned' }],
  [/^acls/, { test: 'apps/e2e/src/security/tls-and-acls.int.test.ts', runs: '../security/documented-acls.ts' }],
  [
    /^(KAFKA|DATABASE)_\w+=\S+$/,
    { test: 'apps/e2e/src/security/tls-and-acls.int.test.ts', runs: 'KAFKA_SASL_USERNAME' },
  ],
  [/^(psql|SQL$|create role|alter role)/, { test: 'libs/tables/src/roles.int.test.ts', runs: './roles.sql' }],
  [/^export /, { because: 'addresses of your own' }],
  [/^curl /, { because: 'the same requests are made by apps/gateway/src/http/api.int.test.ts' }],
];
