import type { z } from 'zod';

/** What a schema rejects, in one line: `limit: Too big; before: …`. */
export const problemsOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ');
