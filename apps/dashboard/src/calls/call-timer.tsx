import { callDurationMs, inStateSince } from '@callstream/domain';
import type { Call } from '@callstream/domain';
import { useNow } from '../clock.tsx';
import { useAppContext } from '../context.tsx';
import { SeverityMark } from '../now/severity-mark.tsx';
import { severityAbove } from '../settings.ts';
import { duration } from '../text/formats.ts';

/** Time in the current state; of a finished call, its whole duration. */
export function CallTimer({ call }: { readonly call: Call }) {
  const { settings } = useAppContext();
  const now = useNow();
  const { state } = call;
  if (state === 'FINISHED') return <span className="faint">{duration(callDurationMs(call, now))}</span>;
  const ms = now - inStateSince(call);
  if (state !== 'WAITING') return duration(ms);
  return (
    <SeverityMark severity={severityAbove(ms / 1_000, settings.thresholds.waitSeconds)}>{duration(ms)}</SeverityMark>
  );
}

/** Time since the call began; of a finished call, its duration. */
export function CallDuration({ call }: { readonly call: Call }) {
  const now = useNow();
  return duration(callDurationMs(call, now));
}
