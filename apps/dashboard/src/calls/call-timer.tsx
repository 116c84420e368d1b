import { callDurationMs } from '@callstream/domain';
import type { Call } from '@callstream/domain';
import { useNow } from '../clock.tsx';
import { useAppContext } from '../context.tsx';
import { SeverityMark } from '../now/severity-mark.tsx';
import { severityAbove } from '../settings.ts';
import { duration } from '../text/formats.ts';
import { inStateSince } from './call-list.ts';

/** For how long the call is in its state; of a finished one, how long all of it took. */
export function CallTimer({ call }: { readonly call: Call }) {
  const { settings } = useAppContext();
  const now = useNow();
  const { state } = call;
  if (state === 'FINISHED') return <span className="faint">{duration(callDurationMs(call, now))}</span>;
  const ms = now - inStateSince(call);
  if (state !== 'WAITING') return duration(ms);
  return <SeverityMark level={severityAbove(ms / 1_000, settings.thresholds.waitSeconds)}>{duration(ms)}</SeverityMark>;
}

/** Since the call began. */
export function CallAge({ call }: { readonly call: Call }) {
  const now = useNow();
  return duration(callDurationMs(call, now));
}
