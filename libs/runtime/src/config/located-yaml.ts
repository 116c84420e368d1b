import { isCollection, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';

/** Why a text was refused. Without values of the text, which may be personal. */
export interface LocatedProblem {
  readonly problem: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** Remedies of what is not allowed, in the words of the file. */
export interface YamlRemedies {
  readonly empty: string;
  readonly alias: string;
  readonly duplicate: string;
}

type LocatedYaml<Schema extends z.ZodType> = { readonly data: z.infer<Schema> } | LocatedProblem;

/**
 * Reads a text in YAML or JSON by a schema. All scalars are texts as they are written: 0900 keeps its zero. It takes 0.5 s for
 * 1 MiB.
 */
export function parseLocatedYaml<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  remedies: YamlRemedies,
): LocatedYaml<Schema> {
  try {
    return parseShallow(text, schema, remedies);
  } catch (error) {
    // Parser, visitor and schema are recursive.
    if (error instanceof RangeError) return { problem: 'the values are nested too deeply', line: 1, column: 1 };
    throw error;
  }
}

/** @throws {RangeError} if the values are nested too deeply for the call stack */
function parseShallow<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  remedies: YamlRemedies,
): LocatedYaml<Schema> {
  const lines = new LineCounter();
  // `uniqueKeys` of the library compares each key with all others: 23 s for 1 MiB. `refusedNode` does the same in no time.
  const document = parseDocument(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  const problemAt = (problem: string, offset: number): LocatedProblem => {
    const { line, col } = lines.linePos(offset);
    return { problem, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [broken] = [...document.errors, ...document.warnings];
  // Without the quoted text at its end.
  if (broken) return problemAt(`not YAML or JSON: ${broken.message.replace(/: ".*$/s, '')}`, broken.pos[0]);
  // Also what a program leaves for a moment that empties a file before it writes it.
  if (document.contents === null) return problemAt(remedies.empty, 0);
  const refused = refusedNode(document, remedies);
  if (refused) return problemAt(refused.problem, refused.offset);
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return { data: parsed.data };
  const { issues } = parsed.error;
  // A key that is misspelt is also one that is missing.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])];
  return problemAt(issue?.message ?? 'not as expected', offsetOf(document, path));
}

/** What a schema does not see: a key that is there twice, and references, which may make a small file large. */
function refusedNode(
  document: Document,
  { alias, duplicate }: YamlRemedies,
): { readonly problem: string; readonly offset: number } | undefined {
  let refused: { readonly problem: string; readonly offset: number } | undefined;
  const refuse = (problem: string, node: unknown): symbol => {
    refused = { problem, offset: (isNode(node) ? node.range?.[0] : undefined) ?? 0 };
    return visit.BREAK;
  };
  visit(document, {
    Alias: (_, node) => refuse(alias, node),
    Map: (_, { items }) => {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        const value = isScalar(key) ? key.value : key;
        if (keys.has(value)) return refuse(duplicate, key);
        keys.add(value);
      }
      return undefined;
    },
  });
  return refused;
}

/** Where a value begins in the text: its key, so that the line is that of the key; or the item of a list. */
function offsetOf({ contents }: Document, path: readonly PropertyKey[]): number {
  let node: unknown = contents;
  let offset = 0;
  for (const step of path) {
    if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = (isNode(node) ? node.range?.[0] : undefined) ?? offset;
      continue;
    }
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    if (!pair) break;
    if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  return path.length === 0 && isCollection(node) ? (node.range?.[0] ?? 0) : offset;
}
