import { createFullWorkers } from './full-workers.ts';

function startTwo() {
  const changes: [number, boolean][] = [];
  const workers = createFullWorkers((host, areAllFull) => changes.push([host, areAllFull]));
  workers.setAccepting(0, true);
  workers.setAccepting(1, true);
  return { ...workers, changes };
}

it('connections are closed only while all workers of an address are full', () => {
  const { setFull, changes } = startTwo();
  setFull(0, 0, true);
  setFull(1, 1, true);
  expect(changes).toEqual([]);
  setFull(0, 1, true);
  setFull(0, 0, false);
  expect(changes).toEqual([
    [0, true],
    [0, false],
  ]);
});

it('a worker that has ended counts no more, and its successor has room', () => {
  const { setFull, setAccepting, end, changes } = startTwo();
  setFull(0, 0, true);
  end(1);
  setAccepting(1, true);
  expect(changes).toEqual([
    [0, true],
    [0, false],
  ]);
  setFull(0, 1, true);
  end(0);
  setAccepting(0, true);
  expect(changes.slice(2)).toEqual([
    [0, true],
    [0, false],
  ]);
});

it('while a worker stops or hangs, connections that the others refuse are closed, and not passed round', () => {
  const { setFull, setAccepting, changes } = startTwo();
  setFull(0, 0, true);
  setAccepting(1, false);
  expect(changes).toEqual([[0, true]]);
  setAccepting(1, true);
  setFull(0, 1, true);
  setAccepting(0, false);
  setAccepting(0, true);
  expect(changes.slice(1)).toEqual([
    [0, false],
    [0, true],
  ]);
});
