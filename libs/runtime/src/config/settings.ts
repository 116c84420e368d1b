import type { z } from 'zod';
import { formatOf } from './value-format.ts';

/** What a schema says of a setting, for whoever reads, lists or documents it. */
export interface Setting {
  readonly name: string;
  readonly description: string;
  /** As it would be written in the environment; empty if there is none. */
  readonly default: string;
  /** What a value looks like, for people. */
  readonly format: string;
  /** Its value is shown to nobody. */
  readonly secret: boolean;
  /** Variable that names a file with its value, if it may be given so. */
  readonly fileVariable: string | undefined;
  /** Whether set and empty is something else than not set. */
  readonly emptyCounts: boolean;
}

export function settingsOf(schema: z.ZodObject): Setting[] {
  return Object.entries(schema.shape).map(([name, type]) => {
    const of = type as z.ZodType;
    const { description = '', secret, file } = of.meta() ?? {};
    const given: unknown = of.safeParse(undefined).data;
    return {
      name,
      description,
      default: textOf(given),
      format: formatOf(name, of),
      secret: secret === true,
      fileVariable: file === true ? `${name}_FILE` : undefined,
      // A secret that turns out empty must not silently be none.
      emptyCounts: secret === true && given === undefined,
    };
  });
}

const textOf = (value: unknown): string =>
  Array.isArray(value) ? value.join(',') : typeof value === 'string' || typeof value === 'number' ? String(value) : '';
