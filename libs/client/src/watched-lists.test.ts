import fc from 'fast-check';
import { compareText } from '@callstream/domain';
import type { ServerFrame } from './messages.ts';
import { createWatchedLists } from './watched-lists.ts';

const frame = (event: string, data: object): ServerFrame => ({ event, data });
const agentsOf = (frames: readonly ServerFrame[]): unknown =>
  frames.filter(({ event }) => event === 'Agents').map(({ data }) => data);

it('a list in parts arrives as one frame, with the id of the request', () => {
  const lists = createWatchedLists();
  const part = (part: number, actor: string): ServerFrame => ({
    event: 'Agents',
    status: 'Ok',
    id: 7,
    data: { as_of: part, part, parts: 2, agents: [{ actor }] },
  });
  expect(lists.framesFor(part(1, 'ana'))).toEqual([]);
  expect(lists.framesFor(part(2, 'bob'))).toEqual([
    { event: 'Agents', status: 'Ok', id: 7, data: { as_of: 2, agents: [{ actor: 'ana' }, { actor: 'bob' }] } },
  ]);
});

it('the rest of a list that was interrupted is dropped, and a new first part begins again', () => {
  const lists = createWatchedLists();
  const part = (part: number, actor: string) => frame('Agents', { part, parts: 2, agents: [{ actor }] });
  expect(lists.framesFor(part(2, 'of an earlier connection'))).toEqual([]);
  lists.framesFor(part(1, 'lost'));
  lists.framesFor(part(1, 'ana'));
  expect(agentsOf(lists.framesFor(part(2, 'bob')))).toEqual([{ agents: [{ actor: 'ana' }, { actor: 'bob' }] }]);
});

it('frames of a gateway without parts, failures and other events stay as they are', () => {
  const lists = createWatchedLists();
  for (const each of [
    frame('Agents', { as_of: 1, agents: [] }),
    { event: 'WatchAgents', status: 'Failed', data: { success: false }, error: 'no' },
    frame('CallsChanged', { calls: [], gone: [] }),
    frame('toString', {}),
  ])
    expect(lists.framesFor(each)).toEqual([each]);
});

it('the fields beside the list are those of the last frame', () => {
  const lists = createWatchedLists();
  lists.framesFor(frame('Queues', { as_of: 1, total: { waiting: 0 }, part: 1, parts: 1, queues: [{ queue: '900' }] }));
  const [, whole] = lists.framesFor(frame('QueuesChanged', { as_of: 2, total: { waiting: 1 }, queues: [], gone: [] }));
  expect(whole).toEqual({ event: 'Queues', data: { as_of: 2, total: { waiting: 1 }, queues: [{ queue: '900' }] } });
});

const actors = fc.constantFrom('ana', 'bob', 'cem', 'd\u{1F600}', 'd\uFFFD');
const agents = fc.uniqueArray(fc.record({ actor: actors, since: fc.nat(3) }), { selector: ({ actor }) => actor });
const delta = fc.record({ agents, gone: fc.uniqueArray(actors) });

it('a list after deltas is sorted by id and has what they say; an earlier one does not change', () => {
  fc.assert(
    fc.property(agents, fc.array(delta), (first, deltas) => {
      const lists = createWatchedLists();
      const sorted = (list: typeof first) => list.toSorted((a, b) => compareText(a.actor, b.actor));
      const expected = new Map(first.map((agent) => [agent.actor, agent]));
      let shown = lists.framesFor(frame('Agents', { part: 1, parts: 1, agents: sorted(first) }));
      for (const data of deltas) {
        const gone = data.gone.filter((actor) => !data.agents.some((agent) => agent.actor === actor));
        const [before] = shown.map(({ data }) => JSON.stringify(data));
        const earlier = shown;
        for (const agent of data.agents) expected.set(agent.actor, agent);
        for (const actor of gone) expected.delete(actor);
        shown = lists.framesFor(frame('AgentsChanged', { agents: data.agents, gone })).slice(1);
        expect(JSON.stringify(earlier[0]?.data)).toBe(before);
      }
      expect(agentsOf(shown)).toEqual([{ agents: sorted([...expected.values()]) }]);
    }),
  );
});
