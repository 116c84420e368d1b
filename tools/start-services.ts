import { runOnce, startService } from './service.ts';
import type { StartServiceOptions } from './service.ts';
import type { ServiceSpec } from './settings.ts';
import { supervise } from './supervise.ts';

export interface StartOptions extends StartServiceOptions {
  /** Cancels the start. */
  signal: AbortSignal;
  /** The started services are added to it. */
  parts: AsyncDisposableStack;
}

/**
 * Starts the services. Those that use the tables wait for a rebuild of tables of an older version. ingest does not wait: a rebuild
 * may take hours, and many providers do not retry.
 * @throws {Error} if one of them cannot be started
 */
export async function startServices(services: readonly ServiceSpec[], options: StartOptions): Promise<void> {
  const { parts, print } = options;
  const failing = new AbortController();
  const signal = AbortSignal.any([options.signal, failing.signal]);
  const upgraded = runOnce('upgrade', upgrade, { ...options, signal });
  const start = async (service: ServiceSpec): Promise<void> => {
    if (service.usesTables) await upgraded;
    parts.use(await supervise(service.name, { start: () => startService(service, options), print }));
  };
  // Waits for all, also if one fails, so that all started services get into `parts`. Then throws the first error.
  await Promise.all(services.map((service) => start(service).catch((error: unknown) => failing.abort(error))));
  failing.signal.throwIfAborted();
}

/** Rebuilds tables of an older version, unless services of that version use them. */
const upgrade = ['apps/projector/src/main.ts', 'rebuild', '--if-older', '--unless-in-use'];
