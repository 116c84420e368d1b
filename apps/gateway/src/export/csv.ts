import type { ExportDelimiter } from '@callstream/contracts';
import { stringify } from 'csv-stringify/sync';

export interface CsvColumn {
  readonly key: string;
  /** Its name in the first line; the key if not given. */
  readonly header?: string;
}

export interface CsvOptions {
  /** A comma if not given. */
  readonly delimiter?: ExportDelimiter | undefined;
  /** Whether a byte order mark comes first. */
  readonly bom?: boolean;
}

/**
 * Rows as CSV (RFC 4180, but for the delimiter). A text that a spreadsheet would take for a formula (it begins with
 * = + - @, a tab or a carriage return) gets an apostrophe before it; a number stays a number. Missing values are empty.
 * Texts with any delimiter are quoted: a spreadsheet that expects another one than the file has must not split them.
 */
export const csvOf = (
  rows: readonly object[],
  columns: readonly CsvColumn[],
  { delimiter }: CsvOptions = {},
): string => (rows.length === 0 ? '' : stringify([...rows], { ...stringifyOptions(delimiter), columns: [...columns] }));

/** The first line. */
export const csvHeader = (columns: readonly CsvColumn[], { delimiter, bom = false }: CsvOptions = {}): string =>
  stringify([columns.map(({ key, header }) => header ?? key)], { ...stringifyOptions(delimiter), bom });

const characters: Readonly<Record<ExportDelimiter, string>> = { comma: ',', semicolon: ';', tab: '\t' };

const stringifyOptions = (delimiter: ExportDelimiter = 'comma') =>
  ({
    delimiter: characters[delimiter],
    quoted_match: /[,;\t]/,
    record_delimiter: 'windows',
    escape_formulas: true,
  }) as const;
