import { useTexts } from '../context.tsx';

/** Marks a call of a past board that other events, received later, belong to. */
export function LateMark() {
  const { past } = useTexts();
  return (
    <span className="late-mark" title={past.lateCall}>
      <span aria-hidden> ◷</span>
      <span className="visually-hidden"> ({past.lateCall})</span>
    </span>
  );
}
