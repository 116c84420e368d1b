/** Lengths that buckets have, in minutes, from the longest; each is a multiple of the next. */
export const bucketMinutes = [1_440, 360, 60, 15] as const;

/** The shortest buckets, which are marked when what they count changes. */
export const markedMinutes = 15;

/** The longest ones, which are counted in one transaction with all that they contain. */
export const dayMinutes = 1_440;

/** SQL: the beginning of the bucket of `minutes` (a number, or SQL) that contains `at`. By UTC, whatever the time zone is. */
export const bucketOf = (at: string, minutes: number | string): string =>
  `date_bin(${lengthOf(minutes)}, ${at}, timestamptz 'epoch')`;

/** SQL: the length of a bucket. */
export const lengthOf = (minutes: number | string): string =>
  typeof minutes === 'number' ? `interval '${minutes} min'` : `${minutes} * interval '1 min'`;

/** SQL: whether `at` is in the day of UTC that begins at $1. */
export const isOfDay = (at: string): string =>
  `${at} >= $1::timestamptz and ${at} < $1::timestamptz + ${lengthOf(dayMinutes)}`;

/** SQL: `minutes` and `begins_at` of the buckets that contain `at`. */
export const bucketsOf = (at: string): string =>
  `(values ${bucketMinutes.map((minutes) => `(${minutes}, ${bucketOf(at, minutes)})`).join(', ')})`;
