import { printable } from '@callstream/resilience';
import stringWidth from 'string-width';
import { cell } from './format.ts';

export interface Column<Row> {
  readonly title: string;
  /** Least width. A column that takes the rest grows up to its longest text; the first such column is served first. */
  readonly columns: number;
  readonly takesRest?: boolean;
  readonly side?: 'left' | 'right';
  /** Columns with the greatest number are left out first when the terminal is narrow. */
  readonly rank: number;
  readonly text: (row: Row) => string;
  /** Shown instead of a `text` that does not fit. */
  readonly shortText?: (row: Row) => string;
}

const gap = '  ';

export interface TextTable {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Rows as lines of at most `width` columns: whole columns are left out when not all fit. */
export function renderTable<Row>(all: readonly Column<Row>[], rows: readonly Row[], width: number): TextTable {
  const shown = fitting(all, width);
  let free = Math.max(0, width - widthOf(shown));
  const widths = shown.map((column) => {
    const { title, columns, takesRest } = column;
    if (!takesRest) return Math.min(columns, width);
    // A text that cannot fit takes no room: its short form is shown.
    const widthIn = (row: Row): number => shownWidth(fittingText(column, row, columns + free));
    const longest = rows.reduce((max, row) => Math.max(max, widthIn(row)), stringWidth(title));
    const more = Math.min(free, Math.max(0, longest - columns));
    free -= more;
    return Math.min(width, columns + more);
  });
  const line = (textOf: (column: Column<Row>, columns: number) => string): string =>
    shown.map((column, i) => cell(textOf(column, widths[i] ?? 0), widths[i] ?? 0, column.side)).join(gap);
  return {
    title: line(({ title }) => title),
    lines: rows.map((row) => line((column, columns) => fittingText(column, row, columns))),
  };
}

const shownWidth = (text: string): number => stringWidth(printable(text));

function fittingText<Row>({ text, shortText = text }: Column<Row>, row: Row, columns: number): string {
  const whole = text(row);
  return shownWidth(whole) <= columns ? whole : shortText(row);
}

const widthOf = (columns: readonly Column<never>[]): number =>
  columns.reduce((sum, { columns: width }) => sum + width, 0) + gap.length * Math.max(0, columns.length - 1);

/** The columns that fit, in their order; at least the most important one. */
function fitting<Row>(columns: readonly Column<Row>[], width: number): readonly Column<Row>[] {
  let shown = columns;
  while (shown.length > 1 && widthOf(shown) > width) {
    const last = Math.max(...shown.map(({ rank }) => rank));
    shown = shown.filter(({ rank }) => rank !== last);
  }
  return shown;
}
