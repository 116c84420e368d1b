import { textLimits } from '@callstream/domain';
import type { DelegationRule } from '@callstream/domain';
import { parseLocatedYaml } from '@callstream/runtime';
import type { LocatedProblem } from '@callstream/runtime';
import { z } from 'zod';

/** Most rules of a file. */
const rulesMax = 1_000;

const text = z
  .string({ error: 'expected one text' })
  .trim()
  .min(1, 'expected a text that is not empty')
  // Postgres could not store the claim.
  .refine(
    (value) => value.isWellFormed() && !value.includes('\u0000'),
    'a text has neither NUL nor half of a surrogate pair: remove it',
  );
const texts = z.union([text.transform((one) => [one]), z.array(text).min(1)], {
  error: 'expected a text, or a list of texts: [a, b]',
});
const count = z
  .string({ error: 'expected a whole number' })
  .regex(/^\d{1,9}$/, 'expected a whole number')
  .transform(Number);
const yesOrNo = z.enum(['true', 'false'], { error: 'expected true or false' }).transform((value) => value === 'true');
const hours = z
  .string({ error: 'expected times of day, e.g. 08:00-18:00' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'expected times of day, e.g. 08:00-18:00')
  .transform((value) => {
    const [from = 0, to = 0] = value.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
    return { from, to };
  });

const conditionNames = 'calls_min, calls_max, last_queue, last_agent, direction, our_number, open_call, hours, waiting';
const waiting = z.strictObject(
  { queue: text, min: count.optional(), max: count.optional() },
  { error: 'expected a queue, and min or max: {queue: 900, min: 5}' },
);
const Condition = z
  .strictObject(
    {
      calls_min: count.optional(),
      calls_max: count.optional(),
      last_queue: texts.optional(),
      last_agent: texts.optional(),
      direction: texts.optional(),
      our_number: texts.optional(),
      open_call: yesOrNo.optional(),
      hours: hours.optional(),
      waiting: waiting.optional(),
    },
    { error: `expected conditions: ${conditionNames}` },
  )
  .transform((when) => ({
    callsMin: when.calls_min,
    callsMax: when.calls_max,
    lastQueue: when.last_queue,
    lastAgent: when.last_agent,
    direction: when.direction,
    ourNumber: when.our_number,
    openCall: when.open_call,
    hours: when.hours,
    waiting: when.waiting,
  }));
const Rule = z.strictObject(
  {
    name: text.max(100, 'a name has at most 100 characters'),
    when: Condition.default(() => ({}) as z.output<typeof Condition>),
    destination: text.max(
      textLimits.destination.bytesMax,
      `a destination has at most ${textLimits.destination.bytesMax} characters`,
    ),
  },
  { error: 'expected a name, a destination and, if not for every call, conditions under "when"' },
);
const RulesContent = z.strictObject(
  {
    rules: z
      .array(Rule, { error: 'expected a list of rules' })
      .min(1, 'expected at least one rule')
      .max(rulesMax, `at most ${rulesMax} rules are read: remove some`)
      .superRefine((rules, context) => {
        const names = new Set<string>();
        for (const [i, { name }] of rules.entries()) {
          if (names.has(name))
            context.addIssue({
              code: 'custom',
              path: [i, 'name'],
              message: 'another rule has this name: change one of the two',
            });
          names.add(name);
        }
      }),
  },
  { error: 'expected the key "rules" with a list of rules' },
);

const remedies = {
  empty: 'the file is empty: write rules, or unset DELEGATION_RULES for the default ones',
  alias: 'references (*) are not read: write the value again',
  duplicate: 'this key is there twice: remove one of the two',
};

/** Rules of a text in YAML or JSON; docs/guides/delegation.md has an example. */
export function parseRules(text: string): { readonly rules: readonly DelegationRule[] } | LocatedProblem {
  const parsed = parseLocatedYaml(text, RulesContent, remedies);
  return 'problem' in parsed ? parsed : parsed.data;
}
