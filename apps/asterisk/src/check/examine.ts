import { sleep } from '@callstream/resilience';
import { AmiRefused } from '../ami/ami-refused.ts';
import { openAmi } from '../ami/connection.ts';
import type { AmiMessage } from '../ami/read-messages.ts';
import { addressOf, ingestOf } from '../config.ts';
import type { AsteriskConfig } from '../config.ts';
import { createPoster } from '../post/poster.ts';
import { pbxProblemOf } from '../session.ts';

/** How long events are awaited, in ms: classes and timestamps are seen in events only. */
const listenMs = 10_000;

const classes = ['agent', 'call', 'dialplan'] as const;

/** `isRight`: null if it could not be seen. */
export interface CheckFinding {
  readonly isRight: boolean | null;
  readonly text: string;
}

export interface ExamineOptions {
  readonly signal: AbortSignal;
  /** It begins to listen for at most so many seconds. */
  readonly onListen?: (seconds: number) => void;
}

/** Asks the PBX what a connector needs, and listens to its events until all was seen. */
export async function examinePbx(
  config: AsteriskConfig,
  { signal, onListen }: ExamineOptions,
): Promise<readonly CheckFinding[]> {
  const address = addressOf(config);
  const events: AmiMessage[] = [];
  const findings: CheckFinding[] = [];
  const listening = new AbortController();
  const listened = (): CheckFinding[] => [...classFindings(events), timestampsFinding(events)];
  const onEvents = (received: readonly AmiMessage[]): Promise<void> => {
    events.push(...received);
    if (listened().every(({ isRight }) => isRight !== null)) listening.abort();
    return Promise.resolve();
  };
  try {
    using ami = await openAmi(Object.assign(address, { signal, onEvents, onExcess: () => undefined }));
    findings.push({ isRight: true, text: `The PBX answers (${ami.banner}), and accepts "${config.ASTERISK_USER}".` });
    findings.push(queuesFinding(await ami.list('QueueStatus')), await channelsFinding(ami));
    onListen?.(listenMs / 1_000);
    await Promise.race([sleep(listenMs, signal, listening.signal), ami.ended]);
    findings.push(...listened());
  } catch (error) {
    findings.push({ isRight: false, text: pbxProblemOf(error, address) });
  }
  listening.abort();
  return findings;
}

/** An event without a name is never stored: ingest refuses it once it has accepted the secret. */
export async function examineIngest(config: AsteriskConfig): Promise<CheckFinding> {
  await using poster = createPoster(Object.assign(ingestOf(config), { connections: 1 }));
  const result = await poster.post(Buffer.from('{}'));
  return result.kind === 'rejected'
    ? { isRight: true, text: `Ingest answers at ${config.ASTERISK_INGEST_URL}, and accepts the secret.` }
    : { isRight: false, text: result.kind === 'failed' ? result.problem : 'Ingest stored what is no event.' };
}

function queuesFinding(answer: readonly AmiMessage[]): CheckFinding {
  const queues = answer
    .filter((event) => event.get('Event') === 'QueueParams')
    .map((event) => event.get('Queue') ?? '');
  return queues.length > 0
    ? { isRight: true, text: `Queues: ${queues.join(', ')}.` }
    : { isRight: false, text: 'The PBX has no queues: the board shows calls through queues (queues.conf).' };
}

async function channelsFinding({
  list,
}: {
  list: (action: string) => Promise<readonly AmiMessage[]>;
}): Promise<CheckFinding> {
  try {
    const channels = await list('CoreShowChannels');
    return { isRight: true, text: `The PBX says which calls there are: ${channels.length} channels now.` };
  } catch (error) {
    if (!(error instanceof AmiRefused)) throw error;
    return {
      isRight: false,
      text: `The PBX does not say which calls there are (${error.message}): after a cut, calls would stay open. The user needs write = reporting.`,
    };
  }
}

const lacks = {
  agent: 'without it there are no queues and no agents',
  call: 'without it no call begins or ends',
  dialplan: 'without it a time-out looks like an abandon or overflow, and a caller who is not let in is not seen',
} as const satisfies Record<(typeof classes)[number], string>;

function classFindings(events: readonly AmiMessage[]): CheckFinding[] {
  const seen = new Set(events.flatMap((event) => (event.get('Privilege') ?? '').split(',')));
  return classes.map((name) =>
    seen.has(name)
      ? { isRight: true, text: `Events of class ${name} arrive.` }
      : { isRight: null, text: `No event of class ${name} was seen: ${lacks[name]}. Was there a call?` },
  );
}

function timestampsFinding(events: readonly AmiMessage[]): CheckFinding {
  const live = events.filter((event) => event.has('Privilege') && event.get('Event') !== 'FullyBooted');
  if (live.length === 0)
    return {
      isRight: null,
      text: 'No event was seen, so whether timestampevents is on is not known. Make a call, and check again.',
    };
  return live.some((event) => event.has('Timestamp'))
    ? { isRight: true, text: 'Events have the time of the PBX (timestampevents).' }
    : {
        isRight: false,
        text: 'Events have no time: set timestampevents = yes. Without it, times are those of the reception, and only one connector may run.',
      };
}
