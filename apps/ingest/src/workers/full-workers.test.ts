import { createFullWorkers } from './full-workers.ts';

function startTwo() {
  const changes: [number, boolean][] = [];
  const workers = createFullWorkers((host, areAllFull) => changes.push([host, areAllFull]));
  workers.setRunning(0, true);
  workers.setRunning(1, true);
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
  const { setFull, setRunning, changes } = startTwo();
  setFull(0, 0, true);
  setRunning(1, false);
  setRunning(1, true);
  expect(changes).toEqual([
    [0, true],
    [0, false],
  ]);
  setFull(0, 1, true);
  setRunning(0, false);
  setRunning(0, true);
  expect(changes.slice(2)).toEqual([
    [0, true],
    [0, false],
  ]);
});
