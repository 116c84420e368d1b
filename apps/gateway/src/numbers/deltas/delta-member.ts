import { openField } from '../../open-field.ts';
import { PartSender } from '../../outbox/part-sender.ts';
import type { SocketClient } from '../../outbox/socket-client.ts';
import type { ViewKind } from '../view-cache.ts';
import type { ViewBacklog } from './view-backlog.ts';

const closingBrace = Buffer.from('}');

/** A client that watches a view with `delta`, and what it knows of the view. */
export class DeltaMember {
  /** Revision that the client knows once it has been sent everything; null: it needs the whole view. */
  revision: number | null = null;
  /** A request waits for its turn: nothing is sent before its answer. */
  isRequested: boolean;
  readonly #client: SocketClient;
  readonly #kind: ViewKind;
  readonly #sender = new PartSender<ViewBacklog>();

  constructor(client: SocketClient, kind: ViewKind, isRequested: boolean) {
    this.#client = client;
    this.#kind = kind;
    this.isRequested = isRequested;
  }

  /** Whether the client can be sent what it lacks of this revision. */
  isBehind(revision: number): boolean {
    const isSent = !this.isRequested && this.#sender.unsent() === null;
    return isSent && this.revision !== revision && this.#client.hasRoom();
  }

  /**
   * Sends a backlog as far as the client takes it, in place of the rest of the one before.
   * @param envelope status and id, if it answers a request
   */
  send(backlog: ViewBacklog, envelope: object = {}): void {
    this.end();
    const event = backlog.isWhole ? this.#kind : `${this.#kind}Changed`;
    const head = Buffer.from(openField({ event, ...envelope }, 'data'));
    this.#sender.begin(backlog, (part) => [head, part, closingBrace]);
    this.revision = backlog.revision;
    this.sendParts();
    // Most clients take all of it at once: then nothing has to be held.
    if (this.#sender.unsent() === backlog) this.#client.hold(backlog);
  }

  /** Sends the next parts: now as many as the client takes and there is time for, and the others later. */
  sendParts(): void {
    const sent = this.#sender.sendParts(this.#client, () => this.sendParts());
    if (sent) this.#client.release(sent);
  }

  /** What is unsent is not sent any more. */
  end(): void {
    const unsent = this.#sender.unsent();
    if (unsent) this.#client.release(unsent);
    this.#sender.end();
  }
}
