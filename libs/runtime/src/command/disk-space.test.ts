import { tmpdir } from 'node:os';
import { diagnoseDisk } from './disk-space.ts';

const remedy = 'Make room.';

it('a disk with too little space is a problem, which names what is free, what is needed, and the remedy', async () => {
  expect(await diagnoseDisk({ folder: tmpdir(), remedy, bytes: 1e18 })).toEqual({
    problems: [
      expect.stringMatching(/^\d+ MB are free on the disk of .*; at least 1000000000000 MB are needed\. Make room\.$/),
    ],
  });
});

it('nothing is said of a folder that cannot be seen', async () =>
  expect(await diagnoseDisk({ folder: '/none/such', remedy, bytes: 1e18 })).toEqual({}));
