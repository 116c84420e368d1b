interface ListenerTarget {
  addEventListener?: (type: string, listener: () => void) => void;
  removeEventListener?: (type: string, listener: () => void) => void;
}
interface BrowserPage extends ListenerTarget {
  readonly document?: ListenerTarget & { readonly visibilityState: string };
}

/** Calls `wake` when a browser says that the network or the page is back, until the returned function is called. */
export function onWake(wake: () => void): () => void {
  const page = globalThis as unknown as BrowserPage;
  const { document } = page;
  const seen = (): void => {
    if (document?.visibilityState === 'visible') wake();
  };
  page.addEventListener?.('online', wake);
  document?.addEventListener?.('visibilitychange', seen);
  return () => {
    page.removeEventListener?.('online', wake);
    document?.removeEventListener?.('visibilitychange', seen);
  };
}
