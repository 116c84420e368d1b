import fc from 'fast-check';
import { Pool } from 'undici';
import { fetchJson } from './fuzzed-system.ts';
import type { FuzzedSystem } from './fuzzed-system.ts';
import { nearlyValid, oddValues, validValues } from './schema-arbitrary.ts';
import type { JsonSchema } from './schema-arbitrary.ts';

interface Operation {
  readonly path: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: JsonSchema }[];
  /** By status. */
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, 'path'>>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** Sends requests that are nearly as the OpenAPI of the gateway describes; each must be answered as it describes. */
export async function fuzzRequests({ gatewayUrl, known }: FuzzedSystem, numRuns: number): Promise<void> {
  const { paths } = await fetchJson<OpenApi>(`${gatewayUrl}/api/openapi.json`);
  const operations = Object.entries(paths).flatMap(([path, { get }]) => (get ? [{ path, ...get }] : []));
  expect(operations.length).toBeGreaterThanOrEqual(8);
  const requests = fc.constantFrom(...operations).chain((operation) =>
    fc.record({
      responses: fc.constant(operation.responses),
      path: targetsOf(operation, known),
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant('GET' as const) },
        fc.constantFrom('HEAD' as const, 'POST' as const, 'DELETE' as const, 'PUT' as const),
      ),
      accept: fc.constantFrom('application/json', '*/*', 'text/html', 'x/y;q=0', ''),
    }),
  );
  await using cleanup = new AsyncDisposableStack();
  const pool = cleanup.adopt(new Pool(gatewayUrl, { connections: 4 }), (opened) => opened.destroy());
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(requests, async ({ responses, path, method, accept }) => {
      const headers = { accept, 'if-none-match': '"x"' };
      const response = await pool.request({ path, method, headers });
      const text = await response.body.text();
      seen.add(response.statusCode);
      expect(Object.keys(responses)).toContain(String(response.statusCode));
      expect(response.statusCode).toBeLessThan(500);
      const [type = ''] = String(response.headers['content-type']).split(';');
      const described = responses[response.statusCode]?.content ?? {};
      expect(Object.keys(described)).toContain(type);
      if (method !== 'HEAD' && type.endsWith('json') && type !== 'application/x-ndjson') JSON.parse(text);
    }),
    { numRuns },
  );
  // Not one refusal after the other.
  expect([...seen]).toEqual(expect.arrayContaining([200, 400, 404, 405]));
}

/** Path and query. */
function targetsOf({ path, parameters = [] }: Operation, known: readonly string[]): fc.Arbitrary<string> {
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const query = fc.array(
    fc.oneof(
      ...inQuery.map(({ name, schema }) =>
        nearlyValid(validValues(schema, known)).map((value) => `${name}=${encoded(value)}`),
      ),
      oddValues.map((value) => `${encoded(value)}=${encoded(value)}`),
      fc.constantFrom('%zz', '&&', '=', 'limit', '[]=1', '__proto__=1'),
    ),
    { maxLength: 4 },
  );
  const callId = nearlyValid(fc.constantFrom(...known)).map(encoded);
  return fc.tuple(callId, query).map(([id, parts]) => {
    const filled = path.replace('{call_id}', id);
    return parts.length === 0 ? filled : `${filled}?${parts.join('&')}`;
  });
}

/** Lists with commas, objects as JSON. */
const textOf = (value: unknown): string =>
  Array.isArray(value) ? value.map(textOf).join() : typeof value === 'string' ? value : JSON.stringify(value);

/** Percent-encoded; a lone surrogate becomes U+FFFD. */
const encoded = (value: unknown): string => encodeURIComponent(textOf(value).toWellFormed());
