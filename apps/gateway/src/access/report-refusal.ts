import { createLogThrottle } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';

/** A request or socket that is refused for what the operator may have to correct. */
export interface RefusedClient {
  /** As the `type` of the HTTP answer has it. */
  readonly reason: string;
  /** Of IPv6 the network. */
  readonly address: string;
  /** A sentence without any text of the client. */
  readonly problem?: string | undefined;
  /** The setting that would allow it. */
  readonly setting?: string | undefined;
}

/** Logs it: clients and their users see at most a number, so the operator has to find the reason. */
export type ReportRefusedClient = (refused: RefusedClient) => void;

export function createReportRefusal(log: Log): ReportRefusedClient {
  const throttled = createLogThrottle();
  return ({ reason, address, problem, setting }) =>
    throttled((untold) => log.warn({ reason, source: address, problem, setting, untold }, 'request.refused'));
}
