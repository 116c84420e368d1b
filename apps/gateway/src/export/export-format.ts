import { csvHeader, csvOf } from './csv.ts';
import type { CsvColumn, CsvOptions } from './csv.ts';

/** One row of an export, in both formats. */
export interface ExportRow {
  /** JSON text. */
  readonly json: string;
  /** Values of the columns of CSV, by key. */
  readonly columns: object;
}

export interface ExportFormat {
  /** Media type. */
  readonly type: string;
  /** Of a file. */
  readonly extension: string;
  /** What comes before the rows. */
  readonly head: string;
  readonly textOf: (rows: readonly ExportRow[]) => string;
}

export const csvFormat = (columns: readonly CsvColumn[], options: CsvOptions): ExportFormat => ({
  type: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  head: csvHeader(columns, options),
  textOf: (rows) =>
    csvOf(
      rows.map((row) => row.columns),
      columns,
      options,
    ),
});

export const ndjsonFormat: ExportFormat = {
  type: 'application/x-ndjson; charset=utf-8',
  extension: 'ndjson',
  head: '',
  textOf: (rows) => rows.map(({ json }) => `${json}\n`).join(''),
};
