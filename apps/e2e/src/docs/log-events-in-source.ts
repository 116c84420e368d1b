import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { repositoryRoot } from './markdown.ts';

/** All log calls of one event name in one workspace. */
export interface LogEvent {
  readonly name: string;
  /** `apps/ingest`, `libs/runtime`, … */
  readonly workspace: string;
  readonly levels: ReadonlySet<string>;
  readonly fields: ReadonlySet<string>;
}

interface LogCall {
  readonly name: string;
  readonly level: string;
  readonly fields: readonly string[];
}

const levels: ReadonlySet<string> = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);

/** Every event that the services log, from the log calls in their source. @throws {Error} for a call whose name or fields are not literals */
export function readLogEvents(): LogEvent[] {
  const files = globSync(
    '{apps/{asterisk,ingest,projector,delegator,gateway},libs/{runtime,spool,tables}}/src/**/*.ts',
    {
      cwd: repositoryRoot,
    },
  );
  const events = new Map<string, { levels: Set<string>; fields: Set<string>; workspace: string; name: string }>();
  for (const file of files.filter((path) => !path.endsWith('.test.ts')).toSorted()) {
    const workspace = file.replaceAll('\\', '/').split('/').slice(0, 2).join('/');
    for (const { name, level, fields } of callsIn(file)) {
      const key = `${workspace} ${name}`;
      const event = events.get(key) ?? { name, workspace, levels: new Set(), fields: new Set() };
      events.set(key, event);
      event.levels.add(level);
      for (const field of fields) event.fields.add(field);
    }
  }
  return [...events.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function callsIn(file: string): LogCall[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(repositoryRoot, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const calls: LogCall[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isLog(node.expression))
      calls.push(parseLogCall(node, node.expression.name.text, file));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return calls;
}

/** `log.info`, `options.log.warn`, … */
const isLog = (callee: ts.Expression): callee is ts.PropertyAccessExpression =>
  ts.isPropertyAccessExpression(callee) &&
  levels.has(callee.name.text) &&
  /(^|\.)log$/.test(callee.expression.getText());

function parseLogCall(call: ts.CallExpression, level: string, file: string): LogCall {
  const [first, second] = call.arguments;
  const name = second ?? first;
  const unreadable = (): Error =>
    new Error(`${file}: ${call.getText()}: log an object literal without spreads, and a string literal as name.`);
  if (!name || !ts.isStringLiteral(name)) throw unreadable();
  if (!second) return { name: name.text, level, fields: [] };
  if (!first || !ts.isObjectLiteralExpression(first)) throw unreadable();
  const fields = first.properties.map((property) => {
    if (!property.name || !ts.isIdentifier(property.name)) throw unreadable();
    return property.name.text;
  });
  return { name: name.text, level, fields };
}
