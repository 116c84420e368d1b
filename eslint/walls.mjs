import { builtinModules } from 'node:module';

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
export const walls = {
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
  testing: textWall('Only tests use the support for tests.', /^@callstream\/\w+\/testing(\/|$)/, ...imports),
};
