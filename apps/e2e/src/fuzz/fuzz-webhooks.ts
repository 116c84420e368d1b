import fc from 'fast-check';
import type { OpenApi } from './fuzz-requests.ts';
import { fetchJson } from './fuzzed-system.ts';
import type { FuzzedSystem } from './fuzzed-system.ts';
import { nearlyValid, validValues } from './schema-arbitrary.ts';

/** Posts webhooks that are nearly as the OpenAPI of ingest describes; each must be answered as it describes, and all are projected. */
export async function fuzzWebhooks(system: FuzzedSystem, numRuns: number): Promise<void> {
  const url = new URL(system.webhookUrl);
  const { paths, components } = await fetchJson<OpenApi>(`${url.origin}/openapi.json`);
  const described = Object.keys(paths['/webhook']?.['post']?.responses ?? {});
  const event = validValues(components.schemas['WebhookEvent'] ?? {}, system.known);
  const body = fc.oneof(
    nearlyValid(event).map((value) => JSON.stringify(value)),
    fc.tuple(event, fc.nat({ max: 40 })).map(([value, length]) => JSON.stringify(value).slice(0, length)),
    fc.string({ unit: 'binary' }),
  );
  const contentType = fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain', 'x');
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(body, contentType, async (text, type) => {
      const response = await fetch(url, { method: 'POST', body: text, headers: { 'content-type': type } });
      await response.arrayBuffer();
      seen.add(response.status);
      expect(described).toContain(String(response.status));
      expect(response.status).toBeLessThan(500);
    }),
    { numRuns },
  );
  expect([...seen]).toEqual(expect.arrayContaining([200, 400, 415]));
  await system.untilProjected();
}
