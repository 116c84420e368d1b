import { identifier } from '@callstream/contracts';
import { parseLocatedYaml } from '@callstream/runtime';
import type { LocatedProblem } from '@callstream/runtime';
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

/** Remedies of what names cannot have. */
const remedies = {
  empty: 'the file is empty: write {} for no names',
  alias: 'references (*) are not read: write the name again',
  duplicate: 'this id is there twice: remove one of the two',
};

/** Names of a text in YAML or JSON: `{"queues": {"900": "Support"}, "agents": {"ana@example.com": "Ana"}}`. */
export function parseNames(text: string): NameMaps | LocatedProblem {
  const parsed = parseLocatedYaml(text, NamesContent, remedies);
  if ('problem' in parsed) return parsed;
  const { queues, agents } = parsed.data;
  return { queues: new Map(Object.entries(queues)), agents: new Map(Object.entries(agents)) };
}
