import type { CallTotals } from '@callstream/contracts';
import { callOutcomes } from '@callstream/domain';
import type { CallDirection } from '@callstream/domain';
import type { ReactNode } from 'react';
import { useAppContext } from './context.tsx';
import { HowCounted } from './numbers/how-counted.tsx';
import { numberOfOutcome } from './numbers/tile-numbers.ts';

interface CallOutcomesProps {
  /** Of the section, and the beginning of those in it. */
  readonly id: string;
  readonly title: string;
  readonly calls: CallTotals;
  /** Where the calls of an outcome are (null: of all outcomes); not given: the numbers lead nowhere. */
  readonly hrefOf?: (direction: CallDirection, outcome: string | null) => string;
}

/** Calls of a period, by direction and outcome: also of a call centre without queues. */
export function CallOutcomes({ id, title, calls, ...links }: CallOutcomesProps) {
  return (
    <section className="panel calls-today" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className="directions">
        <CallsOfDirection id={id} direction="inbound" counts={calls.inbound} {...links} />
        <CallsOfDirection id={id} direction="outbound" counts={calls.outbound} {...links} />
        <CallsOfDirection id={id} direction="internal" counts={calls.internal} {...links} />
      </div>
    </section>
  );
}

type OutcomeOf<Direction extends CallDirection> = (typeof callOutcomes)[Direction][number];

interface CallsOfDirectionProps<Direction extends CallDirection> extends Pick<CallOutcomesProps, 'id' | 'hrefOf'> {
  readonly direction: Direction;
  readonly counts: Readonly<Record<OutcomeOf<Direction> | 'calls', number>>;
}

function CallsOfDirection<Direction extends CallDirection>(props: CallsOfDirectionProps<Direction>) {
  const { id, direction, counts, hrefOf } = props;
  const { texts, formats } = useAppContext();
  const outcomes: readonly OutcomeOf<Direction>[] = callOutcomes[direction];
  const numbers = numberOfOutcome[direction];
  const count = (calls: number, outcome: string | null): ReactNode =>
    hrefOf && calls > 0 ? (
      <a className="leads" href={hrefOf(direction, outcome)}>
        {formats.number(calls)}
      </a>
    ) : (
      formats.number(calls)
    );
  return (
    <section aria-labelledby={`${id}-${direction}`} data-direction={direction}>
      <h3 id={`${id}-${direction}`}>
        {texts.directions[direction]} <span className="count">{count(counts.calls, null)}</span>
        <HowCounted of={numbers.calls} name={texts.directions[direction]} />
      </h3>
      <dl>
        {outcomes.map((outcome) => (
          <div key={outcome} data-outcome={outcome}>
            <dt>
              <span>{texts.outcomeOf[outcome]}</span>{' '}
              <HowCounted of={numbers[outcome]} name={texts.outcomeOf[outcome]} />
            </dt>
            <dd>{count(counts[outcome], outcome)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
