import { UnsentBudget } from './unsent-budget.ts';

/** A budget of 100 bytes, and readers by name. */
function budget() {
  const closed: string[] = [];
  const cut: string[] = [];
  const shed: number[] = [];
  const unsent = new UnsentBudget({ bytesMax: 100, onShed: ({ bytes }) => shed.push(bytes) });
  const reader = (name: string) =>
    unsent.open({ close: () => void closed.push(name), cutOff: () => void cut.push(name) });
  return { unsent, reader, closed, cut, shed };
}
const of = (byteLength: number) => ({ byteLength });

describe('what waits to be sent', () => {
  it('counts once, however many it is for, until the last one has it', () => {
    const { unsent, reader } = budget();
    const [a, b] = [reader('a'), reader('b')];
    const shared = of(60);
    for (const holdings of [a, b]) holdings.add(shared);
    a.add(shared);
    expect([unsent.bytes(), a.bytes(), b.bytes()]).toEqual([60, 60, 60]);
    a.remove(shared);
    b.remove(shared);
    expect(unsent.bytes()).toBe(60);
    a.remove(shared);
    a.remove(shared);
    expect([unsent.bytes(), a.bytes()]).toEqual([0, 0]);
  });

  it('is too much: those for whom most waits are closed, until a tenth is free', () => {
    const { unsent, reader, closed, shed } = budget();
    const [small, large, larger] = [reader('small'), reader('large'), reader('larger')];
    small.add(of(10));
    large.add(of(40));
    larger.add(of(45));
    expect(closed).toEqual([]);
    small.add(of(6));
    expect([closed, unsent.bytes(), shed]).toEqual([['larger'], 56, [101]]);
    larger.add(of(1_000));
    expect(unsent.bytes()).toBe(56);
  });

  it('is shared by all of them: nothing is closed in vain while others hold it', () => {
    const { reader, closed } = budget();
    const shared = of(90);
    for (let i = 0; i < 50; i++) reader(`r${i}`).add(shared);
    expect(closed).toEqual([]);
  });

  it('is too much because of one reader: those who share more between them stay', () => {
    const { unsent, reader, closed } = budget();
    const shared = of(70);
    for (let i = 0; i < 10; i++) reader(`shares ${i}`).add(shared);
    const alone = reader('alone');
    alone.add(of(20));
    alone.add(of(20));
    expect([closed, unsent.bytes()]).toEqual([['alone'], 70]);
  });

  it('and is still too much with those who are being closed: the first of them are cut off', () => {
    const { reader, closed, cut } = budget();
    const all = Array.from({ length: 6 }, (_, i) => reader(`r${i}`));
    for (const holdings of all) holdings.add(of(40));
    // Two of 40 fit, and one may be leaving.
    expect(closed).toEqual(['r0', 'r1', 'r2', 'r3'].slice(0, closed.length));
    expect(cut).toEqual(closed.slice(0, -1));
    all[closed.length - 1]?.gone();
    expect(cut).toHaveLength(closed.length - 1);
  });
});
