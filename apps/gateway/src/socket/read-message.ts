import { ClientMessage, MessageId } from '@callstream/contracts';

/** A client's message, or why the text is none, with its `id` if that is valid. */
export type ReadMessage = { readonly message: ClientMessage } | { readonly error: string; readonly id?: MessageId };

export function readMessage(text: string): ReadMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: 'The message is not JSON.' };
  }
  const message = ClientMessage.safeParse(value);
  if (message.success) return { message: message.data };
  const id = MessageId.safeParse((value as { id?: unknown } | null)?.id);
  return {
    error: 'Not a message; expected {"event": "…", "data": {…}}, and optionally an "id".',
    ...(id.success ? { id: id.data } : {}),
  };
}
