/** Where a call shall go. */
export interface ProviderAction {
  readonly callId: string;
  readonly destination: string;
}

/**
 * What the provider made of an action. `unreachable`: nothing was sent, so it may be tried again. `unknown`: it was sent, or may
 * have been, and the outcome is not known. `reason` has no personal data.
 */
export type ProviderAnswer =
  { readonly kind: 'accepted' } | { readonly kind: 'refused' | 'unreachable' | 'unknown'; readonly reason: string };

/** The API of a provider. One file per provider knows the form of its actions. */
export interface Provider extends AsyncDisposable {
  /** Asks once; never rejects. Sends nothing after `timeoutMs`; the wait ends then, or once an attempt to connect has ended. */
  readonly delegate: (action: ProviderAction, timeoutMs: number) => Promise<ProviderAnswer>;
  /** Asks for something that changes nothing. */
  readonly check: (timeoutMs: number) => Promise<ProviderAnswer>;
}
