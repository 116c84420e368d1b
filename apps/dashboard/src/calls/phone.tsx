import { useTexts } from '../context.tsx';

/** A number as it was sent. It may be any text, also one that is written from right to left; hence `bdi`. */
export function Phone({ number }: { readonly number: string | null }) {
  const texts = useTexts();
  if (number === null) return <span className="faint">–</span>;
  return (
    <bdi className="phone" title={number.includes('*') ? texts.masked : undefined}>
      {number}
    </bdi>
  );
}
