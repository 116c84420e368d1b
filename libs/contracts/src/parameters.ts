import { z } from 'zod';
import { identifier } from './identifier.ts';

/** A query parameter with a list of values: separated by commas, or repeated. */
export const listOf = <Item extends z.ZodType>(item: Item, max: number) =>
  z
    .preprocess(
      (value) =>
        value === undefined
          ? undefined
          : [value].flat().flatMap((part) => (typeof part === 'string' ? part.split(',') : [part])),
      z.array(item).min(1).max(max).optional(),
    )
    .meta({ type: 'array', items: itemsOf(item) });

function itemsOf(item: z.ZodType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(item, { io: 'input' });
  return schema;
}

/** A whole number as text. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

/** An offset from UTC that Postgres takes: less than 16 hours. */
const offsetOfPostgres = /(?:Z|[+-](?:0\d|1[0-5]):\d\d)$/;

const usable = <Text extends z.ZodType<string>>(text: Text) =>
  text
    .refine((value) => !value.includes('T') || offsetOfPostgres.test(value), 'must have an offset within ±15:59')
    .refine((value) => value >= '2000' && value < '2100', 'must be in the years 2000 to 2099');

/** A moment of RFC 3339. */
export const instant = usable(z.iso.datetime({ offset: true })).describe('RFC 3339, e.g. 2026-03-02T13:00:00Z');

/** A moment as text, or a day. */
export const moment = usable(z.union([z.iso.datetime({ offset: true }), z.iso.date()])).describe(
  'RFC 3339, e.g. 2026-03-02T13:00:00Z; or a day, e.g. 2026-03-02: its first moment in TIME_ZONE',
);

export const queues = listOf(identifier, 100).describe('Queues, separated by commas');

/** Seconds as text, with up to three decimals. */
export const secondsText = z
  .string()
  .regex(/^\d{1,5}(\.\d{1,3})?$/, 'must be seconds')
  .transform(Number);
