import { useTexts } from '../context.tsx';

/** A link, if it is one of the web: an event may name anything, and a script must not run because somebody clicks it. */
export function Recording({ url }: { readonly url: string }) {
  const texts = useTexts();
  const parsed = URL.parse(url);
  if (!parsed || !['https:', 'http:'].includes(parsed.protocol)) return <bdi>{url}</bdi>;
  return (
    <a href={parsed.href} target="_blank" rel="noopener noreferrer">
      {texts.recording} <bdi className="faint">{parsed.host}</bdi>
    </a>
  );
}
