export const gatewayScope = [
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
];
