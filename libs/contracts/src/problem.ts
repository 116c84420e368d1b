import { z } from 'zod';

/** Why a request over HTTP was refused: RFC 9457. */
export const Problem = z.object({ type: z.string(), title: z.string(), status: z.number().int(), detail: z.string() });
export type Problem = z.infer<typeof Problem>;

/** How one kind of refusal looks on the wire. */
export interface Refusal {
  readonly status: number;
  readonly title: string;
  /** What to say if nothing more is known. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `rejection.problem`, where it is there, says more than the refusal's own detail. */
export const problemOf = (
  rejection: { readonly kind: string; readonly problem?: string },
  { status, title, detail }: Refusal,
): Problem => ({
  type: `urn:callstream:problem:${rejection.kind}`,
  title,
  status,
  detail: rejection.problem ?? detail,
});
