import { z } from 'zod';

/** The body of an HTTP error: RFC 9457. */
export const Problem = z.object({ type: z.string(), title: z.string(), status: z.number().int(), detail: z.string() });
export type Problem = z.infer<typeof Problem>;

/** A problem type of RFC 9457: how one kind of rejection is answered. */
export interface Refusal {
  readonly status: number;
  readonly title: string;
  /** Used if the rejection has no `problem` of its own. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The body for a rejection. Its `problem`, if it has one, replaces the detail of the refusal. */
export const problemOf = (
  rejection: { readonly kind: string; readonly problem?: string },
  { status, title, detail }: Refusal,
): Problem => ({
  type: `urn:callstream:problem:${rejection.kind}`,
  title,
  status,
  detail: rejection.problem ?? detail,
});
