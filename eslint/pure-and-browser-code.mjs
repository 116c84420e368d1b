import reactHooks from 'eslint-plugin-react-hooks';
import { everywhere, noSideEffectImports, noSpreadLiterals } from './restricted-syntax.mjs';

/** Refuses globals that browsers do not have. */
const browserGlobals = ['error', 'process', 'Buffer', 'setImmediate', 'global'];

const contractsAsTypesOnly = {
  name: '@callstream/contracts',
  allowTypeImports: true,
  message: 'Import types only: its values import zod.',
};

export const pureAndBrowserCode = [
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
        ...everywhere,
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'The domain has no clock: pass the time as data.',
        },
      ],
    },
  },
  {
    // Home of the mechanisms that exist once.
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
      'no-restricted-globals': browserGlobals,
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
          paths: [contractsAsTypesOnly],
          patterns: [{ regex: '^(zod|ws)', message: 'The client runs in browsers, without zod.' }],
        },
      ],
      'no-restricted-globals': browserGlobals,
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
          paths: [contractsAsTypesOnly],
          patterns: [{ regex: '^zod', message: 'The dashboard runs in browsers, without zod.' }],
        },
      ],
      'no-restricted-globals': browserGlobals,
      // Texts of events are not trusted: no HTML.
      'no-restricted-syntax': [
        'error',
        ...everywhere,
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: 'Texts of events are not trusted: XSS.',
        },
      ],
    },
  },
];
