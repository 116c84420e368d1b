import { stringify } from 'csv-stringify/sync';

export interface CsvColumn {
  readonly key: string;
  /** Its name in the first line; the key if not given. */
  readonly header?: string;
}

/**
 * Rows as CSV (RFC 4180). A text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage return)
 * gets an apostrophe before it; a number stays a number. Missing values are empty.
 */
export const csvOf = (rows: readonly object[], columns: readonly CsvColumn[]): string =>
  rows.length === 0 ? '' : stringify([...rows], { ...csvOptions, columns: [...columns] });

/** The first line, after a byte order mark on request. */
export const csvHeader = (columns: readonly CsvColumn[], bom: boolean): string =>
  stringify([columns.map(({ key, header }) => header ?? key)], { ...csvOptions, bom });

const csvOptions = { record_delimiter: 'windows', escape_formulas: true } as const;
