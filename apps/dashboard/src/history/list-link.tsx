import type { ReactNode } from 'react';
import { routeHash } from '../route.ts';
import { useRoute } from '../use-route.ts';
import type { PeriodPart, RowSelection } from './history-route.ts';

interface ListLinkProps {
  readonly list: RowSelection;
  /** null: the whole period. */
  readonly part?: PeriodPart | null;
  /** Undefined: the queue of the address. */
  readonly queue?: string | null;
  /** For screen readers, in place of `children`. */
  readonly label?: string;
  readonly children: ReactNode;
}

/** A number that leads to the rows behind it. */
export function ListLink({ list, part = null, queue, label, children }: ListLinkProps) {
  const route = useRoute();
  const listed = { ...route, ...(queue === undefined ? {} : { queue }), history: { ...route.history, list, part } };
  return (
    <a className="leads" href={routeHash(listed)} aria-label={label}>
      {children}
    </a>
  );
}
