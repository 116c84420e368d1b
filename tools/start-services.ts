import { runOnce, startService, type StartServiceOptions } from './service.ts';
import type { ServiceSpec } from './settings.ts';
import { supervise } from './supervise.ts';

export type StartOptions = StartServiceOptions & {
  /** Ends what has not been started yet. */
  signal: AbortSignal;
  /** Stops what was started. */
  parts: AsyncDisposableStack;
};

/**
 * Starts the services; those that use the tables once these are of the version of this code. ingest does not wait for
 * that: a rebuild may take hours, and providers do not send again what nobody took.
 * @throws {Error} if one of them cannot be started
 */
export async function startServices(services: readonly ServiceSpec[], options: StartOptions): Promise<void> {
  const { parts, say } = options;
  const failing = new AbortController();
  const signal = AbortSignal.any([options.signal, failing.signal]);
  const upgraded = runOnce('upgrade', upgrade, { ...options, signal });
  const start = async (service: ServiceSpec): Promise<void> => {
    if (service.usesTables) await upgraded;
    parts.use(await supervise(service.name, { start: () => startService(service, options), say }));
  };
  // All are waited for, also if one fails: what was started is to be stopped. The first failure is the one to be told.
  await Promise.all(services.map((service) => start(service).catch((error: unknown) => failing.abort(error))));
  failing.signal.throwIfAborted();
}

/** Rebuilds tables of an older version, unless services of that version are connected: they would lose them. */
const upgrade = ['apps/projector/src/main.ts', 'rebuild', '--if-older', '--unless-in-use'];
