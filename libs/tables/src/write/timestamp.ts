/** A moment as Postgres reads it. */
export const timestamp = (ms: number): string => {
  const second = Math.floor(ms / 1000);
  const part = ms - second * 1000;
  return `${secondText(second)}.${part < 10 ? '00' : part < 100 ? '0' : ''}${part}Z`;
};

/** Seconds whose text is remembered: events that meet in a batch are mostly of the same few. */
const secondsMax = 10_000;
const secondTexts = new Map<number, string>();

/** A whole second since 1970 as `2026-03-02T13:00:00`. Making the text anew for each of 50,000 events a second takes a tenth of a core. */
function secondText(second: number): string {
  const known = secondTexts.get(second);
  if (known !== undefined) return known;
  const text = new Date(second * 1000).toISOString().slice(0, 19);
  if (secondTexts.size >= secondsMax) secondTexts.clear();
  secondTexts.set(second, text);
  return text;
}

export const timestampOrNull = (ms: number | null): string | null => (ms === null ? null : timestamp(ms));
