import type { Readiness } from '@callstream/runtime';

/** What keeps the connector from its work; null: nothing. */
export interface ConnectionStatus {
  readonly pbxProblem: () => string | null;
  readonly ingestProblem: () => string | null;
  readonly setPbxProblem: (problem: string | null) => void;
  readonly setIngestProblem: (problem: string | null) => void;
}

export function createStatus(): ConnectionStatus {
  let pbx: string | null = 'Not connected to the PBX yet.';
  let ingest: string | null = null;
  return {
    pbxProblem: () => pbx,
    ingestProblem: () => ingest,
    setPbxProblem: (problem) => void (pbx = problem),
    setIngestProblem: (problem) => void (ingest = problem),
  };
}

/** The connector is ready as long as it hears the PBX: what ingest does not take waits on disk. */
export const readinessOf = (
  { pbxProblem, ingestProblem }: ConnectionStatus,
  { isStopping, waiting }: { readonly isStopping: boolean; readonly waiting: number },
): Readiness => {
  if (isStopping) return 'Stopping.';
  const problem = ingestProblem();
  return pbxProblem() ?? (problem === null ? null : { note: `${problem} ${waiting} events wait in the buffer.` });
};
