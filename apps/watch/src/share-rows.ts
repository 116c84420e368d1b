/** Rows of each section, of `room` in total: what is left by short sections goes to the others, evenly. */
export function shareRows(needs: readonly number[], room: number): number[] {
  const shares = needs.map(() => 0);
  let left = Math.max(0, room);
  for (;;) {
    const unmet = needs.flatMap((need, i) => (need > (shares[i] ?? 0) ? [i] : []));
    if (unmet.length === 0 || left === 0) return shares;
    const even = Math.max(1, Math.floor(left / unmet.length));
    for (const i of unmet) {
      const more = Math.min(even, left, (needs[i] ?? 0) - (shares[i] ?? 0));
      shares[i] = (shares[i] ?? 0) + more;
      left -= more;
    }
  }
}
