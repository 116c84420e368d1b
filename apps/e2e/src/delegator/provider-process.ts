import { freePort, until } from '@callstream/stack';
import { launch } from '../system/service-process.ts';
import type { ServiceProcess } from '../system/service-process.ts';

/** An action as the simulated provider got it. */
interface ReceivedAction {
  readonly call_id: string;
  readonly destination: string;
  /** ISO 8601. */
  readonly at: string;
  readonly fault: string | null;
  readonly taken: boolean;
}

/** The simulated provider, which can be killed and started again with other faults. */
export interface ProviderProcess extends AsyncDisposable {
  readonly url: string;
  /** Of all its processes. */
  readonly actions: readonly ReceivedAction[];
  /** @param options as of `npm run provider` */
  readonly start: (...options: readonly string[]) => Promise<void>;
  readonly kill: () => Promise<void>;
}

export async function startProvider(...options: readonly string[]): Promise<ProviderProcess> {
  const port = await freePort();
  const actions: ReceivedAction[] = [];
  let service: ServiceProcess | undefined;
  const start = async (...flags: readonly string[]): Promise<void> => {
    let isListening = false;
    const onLine = (line: string): void => {
      if (!line.startsWith('{')) return;
      const document = JSON.parse(line) as ReceivedAction | { readonly port: number };
      if ('port' in document) isListening = true;
      else actions.push(document);
    };
    const started = launch({
      name: 'provider',
      args: ['apps/simulator/src/provider.ts', '--port', String(port), '--json', ...flags],
      env: {},
      onLine,
    });
    service = started;
    const onTimeout = (): Error => new Error(`The provider does not listen.\n${started.tail()}`);
    await until(() => isListening, { everyMs: 10, onTimeout });
  };
  await start(...options);
  return {
    url: `http://127.0.0.1:${port}`,
    actions,
    start,
    kill: async () => service?.kill(),
    [Symbol.asyncDispose]: async () => service?.kill(),
  };
}
