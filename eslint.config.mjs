import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { boundaries } from './eslint/boundaries.mjs';
import { gatewayScope } from './eslint/gateway-scope.mjs';
import { pureAndBrowserCode } from './eslint/pure-and-browser-code.mjs';
import { everywhere } from './eslint/restricted-syntax.mjs';
import { wallExceptions } from './eslint/wall-exceptions.mjs';
import { walls } from './eslint/walls.mjs';

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '.nx', '.data'] },
  {
    plugins: { '@nx': nx, walls: { rules: walls } },
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
      'no-restricted-syntax': ['error', ...everywhere],
      'walls/pg': 'error',
      'walls/kafkajs': 'error',
      'walls/sql': 'error',
      'walls/env': 'error',
      'walls/testing': 'error',
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
  ...wallExceptions,
  ...pureAndBrowserCode,
  ...gatewayScope,
  {
    // A screen each, or nearly; `describe` of a test, and a function that declares tests, may be longer.
    files: ['**/*.ts', '**/*.tsx'],
    ignores: ['**/*.test.ts', 'apps/e2e/src/**/*-tests.ts'],
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
