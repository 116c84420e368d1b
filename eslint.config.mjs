import nx from '@nx/eslint-plugin';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const only = (sourceTag, ...onlyDependOnLibsWithTags) => ({ sourceTag, onlyDependOnLibsWithTags });
const libs = ['domain', 'contracts', 'tables', 'runtime', 'resilience', 'files', 'stack', 'client'];
const anyLib = libs.map((lib) => `lib:${lib}`);

/** Dependencies point one way. Tests may also depend on libs/stack, for a real Kafka and Postgres. */
const boundaries = (...alsoForTests) => [
  'error',
  {
    allow: [],
    enforceBuildableLibDependency: false,
    depConstraints: [
      only('lib:domain', ...alsoForTests),
      only('lib:contracts', 'lib:domain', ...alsoForTests),
      only('lib:tables', 'lib:domain', 'lib:resilience', ...alsoForTests),
      only('lib:runtime', 'lib:resilience', ...alsoForTests),
      only('lib:resilience'),
      only('lib:files'),
      only('lib:stack', 'lib:files'),
      only('lib:client', 'lib:domain', 'lib:contracts', 'lib:resilience', ...alsoForTests),
      only('app:simulator', 'lib:contracts', 'lib:runtime', 'lib:resilience', ...alsoForTests),
      only('app:ingest', ...anyLib),
      only('app:projector', ...anyLib),
      only('app:gateway', ...anyLib),
      only('app:watch', 'lib:client', 'lib:contracts', 'lib:domain', 'lib:runtime', ...alsoForTests),
      only('app:dashboard', 'lib:client', 'lib:contracts', 'lib:domain', 'lib:resilience', ...alsoForTests),
      only('app:e2e', ...anyLib),
      only('tools', 'lib:files', 'lib:runtime', 'lib:resilience', 'lib:stack'),
    ],
  },
];

/** An object literal that is spread into another only breaks lines differently. */
const noSpreadLiterals = [
  { selector: 'ObjectExpression > SpreadElement > ObjectExpression', message: 'Write the keys, without a spread.' },
];

/** Mechanisms that were written several times, each a little differently. */
const eachMechanismOnce = [
  {
    selector:
      "CallExpression[callee.object.name='Math'][callee.property.name='min'] > BinaryExpression[operator='*']:matches([right.value=2], [right.operator='**'])",
    message: 'A backoff: use runUntilAborted, p-retry, or backoffMs of libs/resilience.',
  },
  {
    selector:
      "CallExpression[callee.property.name='finally'] > ArrowFunctionExpression > AssignmentExpression[right.name='undefined']",
    message: 'Single-flight: use p-memoize with `cache: false`.',
  },
  {
    selector:
      ":matches(ForOfStatement, CallExpression[callee.property.name=/^(map|flatMap)$/]) CallExpression[callee.name='decode'] > CallExpression[callee.name='logEntry']",
    message: 'Use decodeRecords: it also decides about records that are no events.',
  },
  {
    selector: 'Literal[value=/^(DEPTH_ZERO_SELF_SIGNED_CERT|CERT_HAS_EXPIRED|ERR_TLS_CERT_ALTNAME_INVALID)$/]',
    message: 'Use certificateProblem of libs/resilience.',
  },
];

/** Packages that one folder hides behind its own types. */
const kafkajsOnly = {
  regex: '^kafkajs(/|$)',
  message: 'Only the Kafka folder of libs/runtime knows kafkajs: docs/kafkajs.md.',
};
const pgOnly = {
  regex: '^(pg|pg-[^/]+|node-pg-migrate)(/|$)',
  message: 'Only libs/tables uses Postgres, and libs/stack for servers of tests.',
};
const noImportsOf = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
/** They need an order of imports that nobody sees, and happen where nobody asked for them. */
const noSideEffectImports = [
  {
    selector: 'ImportDeclaration[specifiers.length=0][source.value=/^[.]/]:not([source.value=/[.]css$/])',
    message: 'Export a function, and call it: an import must not do anything.',
  },
];

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '.nx', '.data'] },
  {
    plugins: { '@nx': nx, 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.tsx'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx'] })],
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(),
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      'no-restricted-syntax': ['error', ...noSpreadLiterals, ...noSideEffectImports, ...eachMechanismOnce],
      ...noImportsOf(kafkajsOnly, pgOnly),
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
    },
  },
  {
    files: ['**/src/**/*.ts'],
    ignores: ['**/main.ts', '**/*.test.ts', 'apps/simulator/**', 'apps/e2e/**', 'libs/stack/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only main.ts reads the environment; pass a config.' },
      ],
    },
  },
  {
    // Code that resets connections: tests and their servers.
    files: ['libs/stack/**/*.ts', 'apps/e2e/**/*.ts', 'tools/**/*.ts', '**/*.test.ts'],
    ignores: ['libs/stack/src/reset-socket.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          property: 'resetAndDestroy',
          message: 'Use resetSocket: Node hangs if a socket is reset while it sends its FIN.',
        },
      ],
    },
  },
  {
    files: ['libs/runtime/src/kafka/**/*.ts', 'libs/runtime/testing/**/*.ts'],
    rules: noImportsOf(pgOnly),
  },
  {
    files: ['libs/tables/**/*.ts', 'libs/stack/**/*.ts'],
    rules: noImportsOf(kafkajsOnly),
  },
  {
    // The domain is pure: no I/O, no clock, no randomness.
    files: ['libs/domain/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(node:|[^.])', message: 'The domain imports nothing.' }] },
      ],
      'no-restricted-globals': [
        'error',
        'process',
        'Buffer',
        'console',
        'setTimeout',
        'setInterval',
        'fetch',
        'performance',
        'crypto',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now' },
        { object: 'Math', property: 'random' },
      ],
      'no-restricted-syntax': [
        'error',
        ...noSpreadLiterals,
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'The domain has no clock: pass the time as data.',
        },
      ],
    },
  },
  {
    files: ['libs/resilience/src/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...noSpreadLiterals, ...noSideEffectImports] },
  },
  {
    // Browsers load a part of it.
    files: ['libs/resilience/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      ...noImportsOf({ regex: '^(node:|[^.])', message: 'It runs in browsers too, and imports nothing.' }),
      'no-restricted-globals': ['error', 'process', 'Buffer', 'setImmediate', 'global'],
    },
  },
  {
    // The client runs in browsers, and its bundle must not have zod.
    files: ['libs/client/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@callstream/contracts',
              allowTypeImports: true,
              message: 'Import types only: its values import zod.',
            },
          ],
          patterns: [{ regex: '^(node:|zod|ws)', message: 'The client runs in browsers, without zod.' }],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'setImmediate', 'global'],
    },
  },
  {
    // The dashboard runs in browsers, and its first bundle must not have zod.
    files: ['apps/dashboard/src/**/*.ts', 'apps/dashboard/src/**/*.tsx'],
    ignores: ['**/*.test.ts'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@callstream/contracts',
              allowTypeImports: true,
              message: 'Import types only: its values import zod.',
            },
          ],
          patterns: [{ regex: '^(node:|zod)', message: 'The dashboard runs in browsers, without zod.' }],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'setImmediate', 'global'],
      // Texts of events are not trusted: no HTML.
      'no-restricted-syntax': [
        'error',
        ...noSpreadLiterals,
        ...eachMechanismOnce,
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: 'Texts of events are not trusted: XSS.',
        },
      ],
    },
  },
  {
    // What a client gets comes from its own scope.
    files: ['apps/gateway/src/**/*.ts'],
    ignores: ['**/*.test.ts', 'apps/gateway/src/access/**', 'apps/gateway/src/queries/visible-tables.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@callstream/tables',
              importNames: ['listCalls', 'searchCalls', 'readCall', 'listCallEvents'],
              message: 'Read through VisibleTables: it knows the scope, and masks.',
            },
          ],
          patterns: [
            {
              group: ['**/access/scope.ts'],
              importNames: ['Scope', 'everything', 'nothing'],
              allowTypeImports: true,
              message: 'Use the scope of the client: only its token makes one.',
            },
          ],
        },
      ],
    },
  },
  {
    // A screen each, or nearly; `describe` of a test may be longer.
    files: ['**/*.ts', '**/*.tsx'],
    ignores: ['**/*.test.ts'],
    rules: {
      'max-params': ['error', 3],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries('lib:stack'),
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
