const events = 48;

/** Distinct events of 250 to 300 bytes, one line of JSON each; a load posts them in rotation. */
export const bodies: readonly string[] = Array.from({ length: events }, (_, i) =>
  JSON.stringify({
    type: 'call.waiting',
    call_id: `1463669263.${30_000 + i}`,
    code: '100000',
    direction: 'inbound',
    our_number: '551130300000',
    their_number: '5511987650000',
    their_number_type: 'mobile',
    queue: '900',
    timestamp: '2026-03-02T10:00:00-03:00',
    sid: `bench-${i}`,
  }),
);
