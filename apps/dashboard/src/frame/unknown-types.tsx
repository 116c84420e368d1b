import type { UnknownTypes as Answer } from '@callstream/contracts';
import { useAppContext } from '../context.tsx';
import { useAnswer } from '../use-answer.ts';

/** Most types that are listed. */
const listedMax = 20;

/**
 * Event types that callstream does not know: a misspelt end leaves calls open. Nothing if there are none, also for a token that
 * may not see them.
 */
export function UnknownTypes() {
  const { texts, formats } = useAppContext();
  const { answer, problem } = useAnswer<Answer>('api/unknown-types');
  if (problem !== null) return <p role="status">{texts.unknownTypesFailed(problem)}</p>;
  if (!answer || answer.types.length === 0) return null;
  const { types, more } = answer;
  return (
    <section className="unknown-types">
      <h3>{texts.unknownTypes}</h3>
      <p className="faint">{texts.unknownTypesWhy}</p>
      <ul>
        {types.slice(0, listedMax).map(({ type, events, last_seen_at, similar_to }) => (
          <li key={type} data-type={type}>
            <bdi className="strong">{type}</bdi>{' '}
            <span>{texts.unknownTypeSeen(formats.number(events), formats.moment(Date.parse(last_seen_at)))}</span>
            {similar_to === null ? null : <em>{texts.didYouMean(similar_to)}</em>}
          </li>
        ))}
      </ul>
      {types.length > listedMax ? (
        <p>{texts.more(`${formats.number(types.length - listedMax)}${more === true ? '+' : ''}`)}</p>
      ) : null}
    </section>
  );
}
