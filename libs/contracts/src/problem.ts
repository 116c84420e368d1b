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

/** Why a request is rejected. */
interface RejectionKind {
  readonly kind: string;
  /** What is wrong with this request: it replaces the detail of the refusal. */
  readonly problem?: string;
}

/** Thrown to reject a request; the outermost middleware turns it into the answer. */
export class RejectedRequest<Rejection extends RejectionKind> extends Error {
  override readonly name = 'RejectedRequest';
  readonly rejection: Rejection;
  constructor(rejection: Rejection) {
    super(rejection.kind);
    this.rejection = rejection;
  }
}

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly problem: Problem;
}

/**
 * Returns a function that answers rejections by a table of refusals.
 * @param headersOf headers that depend on the rejection, beside those of its refusal
 */
export const answersBy =
  <Rejection extends RejectionKind>(
    refusals: Readonly<Record<Rejection['kind'], Refusal>>,
    headersOf: (rejection: Rejection) => Readonly<Record<string, string>>,
  ) =>
  (rejection: Rejection): ProblemAnswer => {
    const kind: Rejection['kind'] = rejection.kind;
    const { status, title, detail, headers } = refusals[kind];
    return {
      status,
      headers: { ...headers, ...headersOf(rejection) },
      problem: { type: `urn:callstream:problem:${kind}`, title, status, detail: rejection.problem ?? detail },
    };
  };

/** The responses of OpenAPI for a table of refusals: one for each status, which describes all refusals that have it. */
export function refusalResponses(refusals: Readonly<Record<string, Refusal>>): Record<string, object> {
  const byStatus = Map.groupBy(Object.values(refusals), ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, all]) => [
      status,
      {
        description: all.map(({ title, detail }) => `${title}: ${detail}`).join(' '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}
