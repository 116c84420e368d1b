import { useTexts } from '../context.tsx';

/** A number as it was sent: anything may stand there, also text that runs from right to left. */
export function Phone({ number }: { readonly number: string | null }) {
  const texts = useTexts();
  if (number === null) return <span className="faint">–</span>;
  return (
    <bdi className="phone" title={number.includes('*') ? texts.masked : undefined}>
      {number}
    </bdi>
  );
}
