import fc from 'fast-check';

/** Numbers whose digits a double does not have, or whose spelling JSON.stringify changes. */
const oddNumbers = ['9007199254740993', '12345678901234567890', '1.10', '-0', '0.0', '1E5', '1e-7', '10.0e1', '5e-299'];

const number = fc.oneof(
  fc.constantFrom(...oddNumbers),
  fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.bigInt({ min: 0n, max: 10n ** 25n }),
      fc.constantFrom('', '.0', '.10', '.123456789012'),
      fc.constantFrom('', 'e5', 'E-7', 'e+20'),
    )
    .map((parts) => parts.join('')),
);
const text = fc
  .string({ unit: fc.constantFrom('a', 'é', '"', '\\', '\0', '1e5', '{"event":{}}') })
  .map((value) => JSON.stringify(value));
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    number,
    text,
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom('event', 'n', 'data', 'x'), tie('value')), {
        selector: ([key]) => key,
        maxLength: 3,
      })
      .map((fields) => `{${fields.map(([key, item]) => `"${key}":${item}`).join()}}`),
  ),
}));

/** JSON texts with numbers, nested and not. */
export const randomValues = (count: number): string[] => fc.sample(value, { numRuns: count, seed: 25 });

/** The numbers in a JSON text as they are, sorted. */
export const plainNumbers = (json: string): string[] =>
  [...json.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g)]
    .map(([token]) => token)
    .filter((token) => !token.startsWith('"'))
    .toSorted();

/** The same, written out as Postgres does: without exponent, and with the zeros at the end. */
export const numbersIn = (json: string): string[] => plainNumbers(json).map(writtenOut).toSorted();

function writtenOut(source: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(source) ?? [];
  const decimals = Math.max(0, fraction.length - Number(exponent));
  const zeros = Math.max(0, Number(exponent) - fraction.length);
  const digits = `${whole}${fraction}${'0'.repeat(zeros)}`.padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  const text = `${digits.slice(0, point).replace(/^0+(?=\d)/, '')}${decimals > 0 ? '.' : ''}${digits.slice(point)}`;
  return /[1-9]/.test(text) ? sign + text : text;
}
