import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { rowHeightPx } from './row-height.ts';

/** Rows that are rendered above and below the window. */
const overscan = 20;

/** What a row passes on to its `tr`. */
export interface VirtualRowProps {
  readonly ref: (row: HTMLTableRowElement | null) => void;
  readonly 'data-index': number;
  readonly 'aria-rowindex': number;
}

interface VirtualRowsProps<Row> {
  readonly rows: readonly Row[];
  /** The same function in each render. */
  readonly keyOf: (row: Row) => string;
  /** Columns of the table. */
  readonly columns: number;
  readonly children: (row: Row, props: VirtualRowProps) => ReactNode;
}

/**
 * The body of a table that scrolls with the page: of thousands of rows only those near the window are rendered. The table has
 * `aria-rowcount`, with its header row.
 */
export function VirtualRows<Row>({ rows, keyOf, columns, children }: VirtualRowsProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = (): void => setTop(Math.round((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY));
    // What is above the table may grow, and then the page does.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const rowPx = rowHeightPx();
  // Stable while the rows are: each new function makes the virtualizer lay out all rows again.
  const getItemKey = useCallback(
    (index: number) => {
      const row = rows[index];
      return row === undefined ? index : keyOf(row);
    },
    [rows, keyOf],
  );
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowPx,
    getItemKey,
    overscan,
    scrollMargin: top,
  });
  const shown = virtualizer.getVirtualItems();
  return (
    <tbody ref={body}>
      <Spacer height={(shown[0]?.start ?? top) - top} columns={columns} />
      {shown.map(({ index }) => {
        const row = rows[index];
        const props = { ref: virtualizer.measureElement, 'data-index': index, 'aria-rowindex': index + 2 };
        return row === undefined ? null : children(row, props);
      })}
      <Spacer height={virtualizer.getTotalSize() - (shown.at(-1)?.end ?? top) + top} columns={columns} />
    </tbody>
  );
}

/** In place of rows that are not rendered. */
const Spacer = ({ height, columns }: { readonly height: number; readonly columns: number }) =>
  height <= 0 ? null : (
    <tr aria-hidden className="spacer">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
