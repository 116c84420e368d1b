import { useAppContext } from '../context.tsx';
import { defaultRoute, pastViews } from '../route.ts';
import { navigate, useRoute } from '../use-route.ts';

/** The past begins here, in ms before now. */
const beginMs = 60_000;

/** Goes to the past of the view; in the past, nothing: its banner leads back. */
export function PastLink() {
  const { texts, gateway } = useAppContext();
  const { view, queue, callId, number, at } = useRoute();
  if (at !== null && callId === null && number === null) return null;
  const pastView = pastViews.find((past) => past === view) ?? defaultRoute.view;
  const onClick = (): void => {
    const now = gateway.client.now();
    navigate({ view: pastView, queue, at: now - beginMs - (now % 1_000) });
  };
  return (
    <button className="plain" onClick={onClick}>
      {texts.past.open}
    </button>
  );
}
