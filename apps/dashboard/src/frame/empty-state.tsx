import { useTexts } from '../context.tsx';
import { Notice } from './notice.tsx';

/** Where ingest listens unless it is told otherwise: this page cannot know more. */
const example = `curl -H 'content-type: application/json' \\
  -d '{"type":"call.waiting","call_id":"1","queue":"900"}' \\
  http://127.0.0.1:3000/webhook`;

/** Nothing has ever happened: how to make something happen. */
export function EmptyState() {
  const texts = useTexts();
  return (
    <Notice title={texts.emptyTitle} text={texts.emptyWhy}>
      {/* It scrolls, so it must be reached by keys. */}
      <pre tabIndex={0}>{example}</pre>
      <pre>npm run simulate</pre>
    </Notice>
  );
}
