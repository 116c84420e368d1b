import { UnsentBudget } from './unsent-budget.ts';

/** A budget of 100 bytes, and clients by name. */
function budget() {
  const closed: string[] = [];
  const terminated: string[] = [];
  const shed: number[] = [];
  const unsent = new UnsentBudget({ bytesMax: 100, onShed: ({ bytes }) => shed.push(bytes) });
  const client = (name: string) =>
    unsent.open({ close: () => void closed.push(name), terminate: () => void terminated.push(name) });
  return { unsent, client, closed, terminated, shed };
}
const item = (byteLength: number) => ({ byteLength });

describe('the budget of unsent bytes', () => {
  it('counts a shared item once, until the last client releases it', () => {
    const { unsent, client } = budget();
    const [a, b] = [client('a'), client('b')];
    const shared = item(60);
    for (const share of [a, b]) share.add(shared);
    a.add(shared);
    expect([unsent.bytes(), a.bytes(), b.bytes()]).toEqual([60, 60, 60]);
    a.remove(shared);
    b.remove(shared);
    expect(unsent.bytes()).toBe(60);
    a.remove(shared);
    a.remove(shared);
    expect([unsent.bytes(), a.bytes()]).toEqual([0, 0]);
  });

  it('closes the clients with most unsent bytes if it is exceeded, until a tenth is free', () => {
    const { unsent, client, closed, shed } = budget();
    const [small, large, larger] = [client('small'), client('large'), client('larger')];
    small.add(item(10));
    large.add(item(40));
    larger.add(item(45));
    expect(closed).toEqual([]);
    small.add(item(6));
    expect([closed, unsent.bytes(), shed]).toEqual([['larger'], 56, [101]]);
    larger.add(item(1_000));
    expect(unsent.bytes()).toBe(56);
  });

  it('is not exceeded by one item that many clients share', () => {
    const { client, closed } = budget();
    const shared = item(90);
    for (let i = 0; i < 50; i++) client(`r${i}`).add(shared);
    expect(closed).toEqual([]);
  });

  it('closes the one client that exceeds it, not clients that share a larger item', () => {
    const { unsent, client, closed } = budget();
    const shared = item(70);
    for (let i = 0; i < 10; i++) client(`shares ${i}`).add(shared);
    const alone = client('alone');
    alone.add(item(20));
    alone.add(item(20));
    expect([closed, unsent.bytes()]).toEqual([['alone'], 70]);
  });

  it('terminates the clients that began to close first if closing ones hold too much', () => {
    const { client, closed, terminated } = budget();
    const all = Array.from({ length: 6 }, (_, i) => client(`r${i}`));
    for (const share of all) share.add(item(40));
    // Two clients with 40 bytes fit, and one may be closing.
    expect(closed).toEqual(['r0', 'r1', 'r2', 'r3'].slice(0, closed.length));
    expect(terminated).toEqual(closed.slice(0, -1));
    all[closed.length - 1]?.gone();
    expect(terminated).toHaveLength(closed.length - 1);
  });
});
