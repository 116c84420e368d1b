import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A run of callstream on two versions. */
interface VersionsRun {
  readonly kafka: string;
  readonly postgres: string;
  readonly node: string;
  /** What was tried and works. */
  readonly tried: string;
}

/** A run through a program between callstream and the others. */
interface ThroughRun {
  readonly name: string;
  readonly version: string;
  readonly tried: string;
}

export interface CompatibilityResults {
  readonly versions: readonly VersionsRun[];
  readonly through: readonly ThroughRun[];
}

const file = join(import.meta.dirname, 'results.json');

/** Of the last runs with UPDATE_DOCS=1. */
export const readResults = (): CompatibilityResults => JSON.parse(readFileSync(file, 'utf8')) as CompatibilityResults;

/** With UPDATE_DOCS=1 it replaces the result for the same versions; otherwise it must be equal to the stored one. */
export function recordVersions(run: VersionsRun): void {
  const stored = readResults();
  if (process.env['UPDATE_DOCS'] !== '1') return expect(stored.versions).toContainEqual(run);
  const others = stored.versions.filter(({ kafka }) => kafka !== run.kafka);
  write({ ...stored, versions: [...others, run].toSorted((a, b) => compareVersions(a.kafka, b.kafka)) });
}

/** The same by name. Another version is no failure: it is that of this machine. */
export function recordThrough(run: ThroughRun): void {
  const stored = readResults();
  if (process.env['UPDATE_DOCS'] !== '1')
    return expect(stored.through).toContainEqual({ ...run, version: expect.any(String) as string });
  const others = stored.through.filter(({ name }) => name !== run.name);
  write({ ...stored, through: [...others, run].toSorted((a, b) => (a.name < b.name ? -1 : 1)) });
}

const compareVersions = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
const write = (results: CompatibilityResults): void => writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
