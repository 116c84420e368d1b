import { useEffect } from 'react';
import { numberDefinitions, numberGroups } from '@callstream/domain';
import type { NumberDefinition, NumberGroup, NumberId } from '@callstream/domain';
import { useAppContext } from '../context.tsx';
import { useRoute } from '../use-route.ts';
import { definitionsPtBr } from './definitions-pt-br.ts';

/** What is only in answers of the API. */
const isShown = (group: string): group is NumberGroup => group !== 'times-and-thresholds';

/** What each number counts; the one of the address is marked. The texts are those of docs/reference/numbers.md, and work offline. */
export function NumbersView() {
  const { texts, settings } = useAppContext();
  const { number } = useRoute();
  useEffect(() => document.getElementById(`number-${number ?? ''}`)?.scrollIntoView(), [number]);
  const definitions: Readonly<Partial<Record<NumberId, NumberDefinition>>> =
    settings.language === 'pt-BR' ? definitionsPtBr : numberDefinitions;
  return (
    <div className="numbers">
      <h1>{texts.numbersTitle}</h1>
      <button onClick={() => history.back()}>{texts.backToNumbers}</button>
      {Object.keys(numberGroups)
        .filter(isShown)
        .map((group) => (
          <section key={group} id={`number-${group}`} className="panel">
            <h2>{texts.numberGroups[group]}</h2>
            <dl>
              {numberGroups[group].map((id) => {
                const definition = definitions[id];
                return definition ? (
                  <Definition key={id} id={id} definition={definition} isChosen={id === number} />
                ) : null;
              })}
            </dl>
          </section>
        ))}
      <p className="faint">{texts.numbersInDocs}</p>
    </div>
  );
}

interface DefinitionProps {
  readonly id: NumberId;
  readonly definition: NumberDefinition;
  readonly isChosen: boolean;
}

function Definition({ id, definition: { name, sentence, example }, isChosen }: DefinitionProps) {
  const { texts } = useAppContext();
  return (
    <div id={`number-${id}`} className={isChosen ? 'chosen' : undefined}>
      <dt>{name}</dt>
      <dd>{sentence}</dd>
      <dd className="faint">
        {texts.example}: {example}
      </dd>
    </div>
  );
}
