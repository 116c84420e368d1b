import fc from 'fast-check';

/** The part of JSON Schema that the descriptions of the services use. */
export interface JsonSchema {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly type?: string | readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** Values of a schema. `known`: texts that exist in the system, among the texts. */
export function validValues(schema: JsonSchema, known: readonly string[]): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((option) => validValues(option, known)));
  if (typeof schema.type !== 'string')
    return schema.type === undefined
      ? fc.jsonValue()
      : fc.oneof(...schema.type.map((type) => validValues({ ...schema, type }, known)));
  const make = makers[schema.type];
  if (!make) throw new Error(`No values are known for the type ${schema.type}.`);
  return make(schema, known);
}

type Maker = (schema: JsonSchema, known: readonly string[]) => fc.Arbitrary<unknown>;

const makers: Readonly<Record<string, Maker>> = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  number: ({ minimum = -1e9, maximum = 1e9 }) => fc.double({ min: minimum, max: maximum, noNaN: true }),
  integer: ({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }) =>
    fc.oneof(
      fc.integer({ min: Math.max(minimum, -(2 ** 31)), max: Math.min(maximum, 2 ** 31 - 1) }),
      fc.constantFrom(minimum, maximum),
    ),
  string: ({ minLength = 0, maxLength = 64, pattern }, known) => {
    if (pattern !== undefined)
      return fc.oneof(fc.stringMatching(new RegExp(pattern, 'u')), fc.constant('2026-03-02T13:00:00Z'));
    const any = fc.string({ unit: 'binary', minLength, maxLength: Math.min(maxLength, 64) });
    return known.length === 0 ? any : fc.oneof(fc.constantFrom(...known), any);
  },
  array: ({ items = {}, minItems = 0, maxItems = 10 }, known) =>
    fc.array(validValues(items, known), { minLength: minItems, maxLength: Math.min(maxItems, 10) }),
  object: ({ properties = {}, required = [] }, known) =>
    fc.record(
      Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, validValues(schema, known)])),
      { requiredKeys: [...required] },
    ),
};

/** Values that programs stumble over. */
export const oddValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, '', ' ', '\0', '\ud800', '\u202e', '%', '%zz', "'", '--', '../..', 'constructor', '__proto__'],
    ...[-1, 0, 0.5, 1e308, 2 ** 53, 2 ** 63, -(2 ** 31) - 1, [], {}, [[]], 'x'.repeat(513), Array(101).fill('900')],
    ...['2026-02-30', '2026-03-02T13:00:00+15:59', '2026-03-02T13:00:00-23:59', '9'.repeat(30), 'NaN', 'null'],
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }),
);

/** A valid value, or one with a part that is replaced by something odd, left out, or added. */
export const nearlyValid = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    values,
    fc.tuple(values, fc.nat(), oddValues).map(([value, where, odd]) => changePart(value, where, odd)),
  );

/** Changes one of the parts, chosen by `where`. */
function changePart(value: unknown, where: number, odd: unknown): unknown {
  if (typeof value !== 'object' || value === null) return odd;
  if (Array.isArray(value)) {
    const next = Math.floor(where / value.length);
    return value.length === 0
      ? [odd]
      : value.map((item: unknown, i) => (i === where % value.length ? changePart(item, next, odd) : item));
  }
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  // Digits of `where` that do not depend on each other: which part, what happens to it, and where below it.
  const at = where % (entries.length + 2);
  const how = Math.floor(where / (entries.length + 2));
  const chosen = entries[at];
  if (!chosen) return at === entries.length ? odd : { ...value, unknown: odd };
  const [name, part] = chosen;
  const rest = entries.filter(([other]) => other !== name);
  if (how % 3 === 0) return Object.fromEntries(rest);
  return { ...value, [name]: how % 3 === 1 ? odd : changePart(part, Math.floor(how / 3), odd) };
}
