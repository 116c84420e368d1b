import { builtinModules } from 'node:module';
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
      "CallExpression[callee.property.name='finally'] > ArrowFunctionExpression > AssignmentExpression[right.type='Identifier'][right.name='undefined']",
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

/**
 * Each wall is a rule of its own, which a folder turns off: of `no-restricted-syntax` and `no-restricted-imports` only the
 * last block that matches a file counts.
 */
const wall = (message, selector, refuses = () => true) => ({
  create: (context) => ({ [selector]: (node) => refuses(node) && context.report({ node, message }) }),
});
/** Refuses a text, or a template, with this beginning below one of these nodes. */
const textWall = (message, pattern, ...below) =>
  wall(message, below.map((node) => `${node} :matches(Literal, TemplateElement:first-child)`).join(', '), ({ value }) =>
    pattern.test(typeof value === 'string' ? value : (value?.raw ?? '')),
  );
const imports = [
  ':matches(ImportDeclaration, ExportNamedDeclaration, ExportAllDeclaration, ImportExpression) >',
  'ImportExpression > TemplateLiteral >',
  'TSImportType',
];
/** Also `require(…)`, `createRequire(…)(…)`, `require.resolve(…)`. */
const loads = [...imports, 'CallExpression >', 'CallExpression > TemplateLiteral >'];
const walls = {
  pg: textWall(
    'Only libs/tables uses Postgres, and libs/stack for servers of tests.',
    /^(pg|pg-[\w-]+|node-pg-migrate)(\/|$)/,
    ...loads,
  ),
  kafkajs: textWall(
    'Only the Kafka folder of libs/runtime knows kafkajs: docs/kafkajs.md.',
    /^kafkajs(\/|$)/,
    ...loads,
  ),
  sql: textWall(
    'Only libs/tables has SQL: export a function from it.',
    new RegExp(
      `^\\s*(?![A-Z][a-z])(?i:${[
        'select\\s',
        'insert\\s+into\\s',
        'update\\s+\\S+\\s+(\\w+\\s+)?set\\s',
        'delete\\s+from\\s',
        'with\\s+(recursive\\s+)?\\w+\\s+as\\s',
        'create\\s+(or|table|schema|database|unique|index|role|user|extension|view|function|type)\\s',
        '(alter|drop)\\s+(table|schema|database|index|role|user|system|view|function)\\s',
        'truncate\\s',
        'vacuum(\\s|$)',
        'analyze(\\s|$)',
        '(listen|unlisten|notify)\\s+\\w+$',
        'explain\\s',
        'copy\\s+\\S+\\s+(from|to)\\s',
        'lock\\s+table\\s',
        'set\\s+(local|session|transaction|constraints)\\s',
        '(begin|commit|rollback)\\s*;',
      ].join('|')})`,
    ),
    '*',
  ),
  node: textWall(
    'This code runs in browsers too, without Node.',
    new RegExp(`^(node:|(${builtinModules.join('|')})(/|$))`),
    ...imports,
  ),
  env: wall(
    'Only main.ts reads the environment; pass a config.',
    [
      'MemberExpression[object.name="process"]:matches([property.name="env"], [property.value="env"])',
      'MemberExpression[object.property.name="process"]:matches([property.name="env"], [property.value="env"])',
      'VariableDeclarator[init.name="process"] > ObjectPattern > Property[key.name="env"]',
      ':matches(ImportDeclaration, ExportNamedDeclaration)[source.value=/^(node:)?process$/]',
    ].join(', '),
  ),
  testing: textWall('Only tests use the support for tests.', /^@callstream\/\w+\/testing$/, ...imports),
};
const tests = ['**/*.test.ts', '**/testing/**', 'apps/e2e/**'];
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
    plugins: { '@nx': nx, 'import-x': importX, walls: { rules: walls } },
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
      'walls/pg': 'error',
      'walls/kafkajs': 'error',
      'walls/sql': 'error',
      'walls/env': 'error',
      'walls/testing': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
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
  { files: ['libs/tables/**/*.ts', 'libs/stack/**/*.ts'], rules: { 'walls/pg': 'off' } },
  { files: ['libs/runtime/src/kafka/**/*.ts', 'libs/runtime/testing/**/*.ts'], rules: { 'walls/kafkajs': 'off' } },
  {
    // The spool is SQLite.
    files: ['libs/tables/**/*.ts', 'libs/stack/**/*.ts', 'apps/ingest/src/spool/**/*.ts', ...tests],
    rules: { 'walls/sql': 'off' },
  },
  {
    // Composition roots, tools, and what starts servers for them.
    files: ['**/main.ts', 'apps/simulator/src/{simulate,send}.ts', 'tools/**/*.ts', 'libs/stack/**/*.ts', ...tests],
    rules: { 'walls/env': 'off' },
  },
  { files: tests, rules: { 'walls/testing': 'off' } },
  {
    files: ['libs/{domain,contracts,client}/src/**/*.ts', 'apps/dashboard/src/**/*.{ts,tsx}'],
    ignores: ['**/*.test.ts'],
    rules: { 'walls/node': 'error' },
  },
  {
    // The domain is pure: no I/O, no clock, no randomness.
    files: ['libs/domain/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: '^[^.]', message: 'The domain imports nothing.' }] }],
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
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(node:|[^.])', message: 'It runs in browsers too, and imports nothing.' }] },
      ],
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
          patterns: [{ regex: '^(zod|ws)', message: 'The client runs in browsers, without zod.' }],
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
          patterns: [{ regex: '^zod', message: 'The dashboard runs in browsers, without zod.' }],
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
