import { identifier } from '@callstream/contracts';
import { isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import type { NameMaps } from './name-maps.ts';

/** Longest name, in characters. */
const nameLengthMax = 100;
/** Most names of queues, and of agents. */
const namesMax = 10_000;

/** Control and line-breaking characters, halves of surrogate pairs, and those that change the direction of the text around them. */
const unsafe = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]+/gu;

const name = z
  .string({ error: 'a name is one text' })
  .transform((text) => text.replaceAll(/\s/g, ' ').replaceAll(unsafe, '').replaceAll(/ +/g, ' ').trim())
  .refine((text) => text !== '', 'the name is empty: write one, or remove the line')
  .refine((text) => text.length <= nameLengthMax, `a name has at most ${nameLengthMax} characters: shorten it`);
const namesById = z
  .record(identifier, name, { error: 'expected lines of the form "id: name"' })
  .refine((names) => Object.keys(names).length <= namesMax, `at most ${namesMax} names are read: remove some`)
  .default({});
const NamesContent = z.strictObject(
  { queues: namesById, agents: namesById },
  { error: 'expected the keys "queues" and "agents", each with lines of the form "id: name"' },
);

/** Why a text has no names. Without ids and names, which may be personal. */
export interface NamesProblem {
  readonly problem: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/**
 * Names of a text in YAML or JSON: `{"queues": {"900": "Support"}, "agents": {"ana@example.com": "Ana"}}`. All ids are texts as they
 * are written: 0900 keeps its zero. It takes 0.5 s for 1 MiB.
 */
export function parseNames(text: string): NameMaps | NamesProblem {
  const lines = new LineCounter();
  // `uniqueKeys` of the library compares each key with all others: 23 s for 1 MiB. `duplicateKey` does the same in no time.
  const document = parseDocument(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  const problemAt = (problem: string, offset: number): NamesProblem => {
    const { line, col } = lines.linePos(offset);
    return { problem, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [broken] = [...document.errors, ...document.warnings];
  // Without the quoted text at its end.
  if (broken) return problemAt(`not YAML or JSON: ${broken.message.replace(/: ".*$/s, '')}`, broken.pos[0]);
  // Also what a program leaves for a moment that empties a file before it writes it.
  if (document.contents === null) return problemAt('the file is empty: write {} for no names', 0);
  const refused = refusedNode(document);
  if (refused) return problemAt(refused.problem, refused.offset);
  const parsed = NamesContent.safeParse(document.toJS());
  if (parsed.success)
    return {
      queues: new Map(Object.entries(parsed.data.queues)),
      agents: new Map(Object.entries(parsed.data.agents)),
    };
  const [issue] = parsed.error.issues;
  const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])];
  return problemAt(issue?.message ?? 'not a file of names', offsetOf(document, path));
}

/** What the schema does not see: a key that is there twice, and references, which may make a small file large. */
function refusedNode(document: Document): { readonly problem: string; readonly offset: number } | undefined {
  let refused: { readonly problem: string; readonly offset: number } | undefined;
  const refuse = (problem: string, node: unknown): symbol => {
    refused = { problem, offset: (isNode(node) ? node.range?.[0] : undefined) ?? 0 };
    return visit.BREAK;
  };
  visit(document, {
    Alias: (_, node) => refuse('references (*) are not read: write the name again', node),
    Map: (_, { items }) => {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        const value = isScalar(key) ? key.value : key;
        if (keys.has(value)) return refuse('this id is there twice: remove one of the two', key);
        keys.add(value);
      }
      return undefined;
    },
  });
  return refused;
}

/** Where a value begins in the text: its key, so that the line is that of the id. */
function offsetOf({ contents }: Document, path: readonly PropertyKey[]): number {
  let node: unknown = contents;
  let offset = 0;
  for (const step of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    if (!pair) break;
    if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  return path.length === 0 && isCollection(node) ? (node.range?.[0] ?? 0) : offset;
}
