import type { Readiness } from '@callstream/runtime';
import { readinessOf } from '../ready.ts';
import type { IngestState } from '../ready.ts';

export interface ServiceState {
  readonly isStopping: boolean;
  /** Workers that have started. */
  readonly running: number;
  /** INGEST_WORKERS. */
  readonly workers: number;
}

/** Readiness of the service: that of its worst worker. Missing workers are replaced soon, and the others accept meanwhile. */
export function readinessOfService(states: readonly IngestState[], service: ServiceState): Readiness {
  const { isStopping, running, workers } = service;
  if (running === 0 && !isStopping) return 'No worker runs.';
  if (states.length < running && !isStopping) return `${running - states.length} of ${running} workers do not answer.`;
  const readiness = readinessOf({
    isStopping: isStopping || states.every((state) => state.isStopping),
    kafkaProblem: states.find(({ kafkaProblem }) => kafkaProblem !== null)?.kafkaProblem ?? null,
    spoolProblem: states.find(({ spoolProblem }) => spoolProblem !== null)?.spoolProblem ?? null,
    spooled: states.reduce((sum, { spooled }) => sum + spooled, 0),
  });
  if (running === workers || typeof readiness === 'string') return readiness;
  const note = `${running} of ${workers} workers run.`;
  return { note: readiness === null ? note : `${note} ${readiness.note}` };
}
