import { useNames, useTexts } from '../context.tsx';

interface NamedProps {
  readonly name: string | null;
  readonly id: string;
  /** Something to say besides in the tooltip. */
  readonly note?: string | undefined;
}

/** A name, with its id beside it; without a name, the id. What does not fit is cut, and the tooltip has it. */
function Named({ name, id, note }: NamedProps) {
  const title = [name, id, note].filter(Boolean).join(' · ');
  if (name === null)
    return (
      <bdi className="named" title={title}>
        {id}
      </bdi>
    );
  return (
    <span className="named" title={title}>
      <bdi>{name}</bdi> <bdi className="named-id">{id}</bdi>
    </span>
  );
}

interface QueueNameProps {
  /** null and '' are no queue. */
  readonly queue: string | null;
  readonly note?: string;
}

export function QueueName({ queue, note }: QueueNameProps) {
  const texts = useTexts();
  const names = useNames();
  if (queue === null || queue === '')
    return (
      <span className="faint" title={note}>
        {texts.noQueue}
      </span>
    );
  return <Named name={names.queue(queue)} id={queue} note={note} />;
}

export const AgentName = ({ actor }: { readonly actor: string }) => <Named name={useNames().agent(actor)} id={actor} />;
