interface ListenerTarget {
  addEventListener?: (type: string, listener: () => void) => void;
  removeEventListener?: (type: string, listener: () => void) => void;
}
interface BrowserPage extends ListenerTarget {
  readonly document?: ListenerTarget & { readonly visibilityState: string };
}

/** Calls `wake` when the browser is online again or the page visible again, until the returned function is called. */
export function onWake(wake: () => void): () => void {
  const page = globalThis as unknown as BrowserPage;
  const { document } = page;
  const onVisibilityChange = (): void => {
    if (document?.visibilityState === 'visible') wake();
  };
  page.addEventListener?.('online', wake);
  document?.addEventListener?.('visibilitychange', onVisibilityChange);
  return () => {
    page.removeEventListener?.('online', wake);
    document?.removeEventListener?.('visibilitychange', onVisibilityChange);
  };
}
