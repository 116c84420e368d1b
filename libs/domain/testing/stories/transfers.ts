import type { Story } from '../story.ts';

/** Calls that go from agent to agent, and agents who go from call to call. */
export const transferStories: readonly Story[] = [
  {
    title: 'a blind transfer ends the agent’s segment, also without actor.left',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      1:00 waiting 901
      1:20 entered bia 901
      2:00 left bia 901
      2:00 finished`,
    board: {
      '1:05': 'c waits 901 since 1:00; ana available since 1:00',
      '1:30': 'c ongoing, bia on it; ana available since 1:00; bia on call since 1:20',
      '2:05': 'ana available since 1:00; bia available since 2:00',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana', '901 1:00-1:20 answered 20 s by bia'],
    segments: ['ana 900 on 0:10-1:00 transferred', 'bia 901 on 1:20-2:00 left'],
    totals: '2 answered (ASA 12.5 s)',
  },
  {
    title: 'in an attended transfer the agent stays on the call until actor.left',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      1:00 transfer-request to=901
      1:02 waiting 901
      1:20 entered bia 901
      1:30 left ana 900
      2:00 finished`,
    board: {
      '1:10': 'c waits 901 since 1:02, ana on it; ana on call since 0:10',
      '1:25': 'c ongoing, ana on it, bia on it; ana on call since 0:10; bia on call since 1:20',
      '1:40': 'c ongoing, bia on it; ana available since 1:30; bia on call since 1:20',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana', '901 1:02-1:20 answered 18 s by bia'],
    segments: ['ana 900 on 0:10-1:30 left', 'bia 901 on 1:20-2:00 finished'],
    totals: '2 answered (ASA 11.5 s)',
  },
  {
    title: 'a transfer that was requested before an agent entered does not keep that agent on the call',
    script: `
      0:05 waiting 900
      0:08 transfer-request
      0:10 entered ana 900
      1:00 waiting 901`,
    board: { '1:05': 'c waits 901 since 1:00; ana available since 1:00' },
    visits: ['900 0:05-0:10 answered 5 s by ana', '901 1:00- open'],
    segments: ['ana 900 on 0:10-1:00 transferred'],
    totals: '1 answered (ASA 5 s), 1 open',
  },
  {
    title: 'a transfer that is requested in the second of the entry keeps the agent on the call',
    script: `
      0:05 waiting 900
      0:10 transfer-request
      0:10 entered ana 900
      1:00 waiting 901`,
    board: { '1:05': 'c waits 901 since 1:00, ana on it; ana on call since 0:10' },
    visits: ['900 0:05-0:10 answered 5 s by ana', '901 1:00- open'],
    segments: ['ana 900 on 0:10-'],
    totals: '1 answered (ASA 5 s), 1 open',
  },
  {
    title: 'when an attended transfer is cancelled, the caller does not wait, and the agent is still on the call',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      1:00 transfer-request
      1:02 waiting 901
      1:20 waiting 900`,
    board: { '1:25': 'c ongoing, ana on it; ana on call since 0:10' },
    visits: ['900 0:05-0:10 answered 5 s by ana', '901 1:02-1:20 flowed_out'],
    segments: ['ana 900 on 0:10-'],
    totals: '1 answered (ASA 5 s), 1 overflowed',
  },
  {
    title: 'in a conference each agent is on the call until that agent leaves',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      0:30 entered bia 900
      0:40 entered carla
      1:00 left ana 900
      1:30 left bia 900
      1:40 finished`,
    board: {
      '0:45':
        'c ongoing, ana on it, bia on it, carla on it; ana on call since 0:10; bia on call since 0:30; carla on call since 0:40',
      '1:10':
        'c ongoing, bia on it, carla on it; ana available since 1:00; bia on call since 0:30; carla on call since 0:40',
      '1:35': 'c ongoing, carla on it; ana available since 1:00; bia available since 1:30; carla on call since 0:40',
      '1:45': 'ana available since 1:00; bia available since 1:30; carla available since 1:40',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-1:00 left', 'bia 900 on 0:30-1:30 left', 'carla nowhere on 0:40-1:40 finished'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'an agent who leaves and comes back has two segments, also in one second',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      0:30 left ana 900
      0:40 entered ana 900
      1:00 left ana 900
      1:00 entered ana 900`,
    board: { '0:35': 'c ongoing; ana available since 0:30', '1:10': 'c ongoing, ana on it; ana on call since 1:00' },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-0:30 left', 'ana 900 on 0:40-1:00 left', 'ana 900 on 1:00-'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'an agent who enters and leaves in one second is not on the call',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      0:10 left ana 900
      0:30 entered bia
      0:40 entered bia
      0:40 left bia`,
    board: {
      '0:15': 'c ongoing; ana available since 0:10',
      '0:45': 'c ongoing; ana available since 0:10; bia available since 0:40',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-0:10 left', 'bia nowhere on 0:30-0:40 left'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'an agent who answers a call of a queue has left the call before',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      1:00 waiting 900 call=d
      1:05 entered ana 900 call=d`,
    board: {
      '0:30': 'c ongoing, ana on it; ana on call since 0:10',
      '1:10': 'c ongoing; d ongoing, ana on it; ana on call since 1:05',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana', 'd: 900 1:00-1:05 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-', 'd: ana 900 on 1:05-'],
    totals: '2 answered (ASA 5 s)',
  },
  {
    title: 'an agent who answers another call and comes back, without actor.left, is on the first call',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      1:00 waiting 901 call=d
      1:05 entered ana 901 call=d
      2:00 entered ana 900`,
    board: {
      '1:10': 'c ongoing; d ongoing, ana on it; ana on call since 1:05',
      '2:10': 'c ongoing, ana on it; d ongoing; ana on call since 0:10',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana', 'd: 901 1:00-1:05 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-', 'd: ana 901 on 1:05-'],
    totals: '2 answered (ASA 5 s)',
  },
  {
    title: 'with AGENTS_TAKE_SEVERAL_CALLS an agent is on both calls',
    rules: { takeSeveralCalls: true },
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      1:00 waiting 900 call=d
      1:05 entered ana 900 call=d
      1:20 left ana 900 call=d`,
    board: {
      '1:10': 'c ongoing, ana on it; d ongoing, ana on it; ana on call since 0:10',
      '1:25': 'c ongoing, ana on it; d ongoing; ana on call since 0:10',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana', 'd: 900 1:00-1:05 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-', 'd: ana 900 on 1:05-1:20 left'],
    totals: '2 answered (ASA 5 s)',
  },
  {
    title: 'an agent who calls a colleague without a queue is on both calls',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      0:30 new internal call=d
      0:32 entered ana call=d
      0:32 entered bia call=d`,
    board: {
      '0:40': 'c ongoing, ana on it; d ongoing, ana on it, bia on it; ana on call since 0:10; bia on call since 0:32',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-', 'd: ana nowhere on 0:32-', 'd: bia nowhere on 0:32-'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'after a transfer in the second of the answer, the agent is still shown on the call',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      0:10 waiting 901
      0:30 waiting 901`,
    board: {
      '0:15': 'c waits 901 since 0:10, ana on it; ana on call since 0:10',
      '0:35': 'c waits 901 since 0:10; ana available since 0:30',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana', '901 0:10- open'],
    segments: ['ana 900 on 0:10-0:30 transferred'],
    totals: '1 answered (ASA 5 s), 1 open',
  },
];
