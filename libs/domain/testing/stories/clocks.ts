import type { Story } from '../story.ts';

const answeredCall = (clock: string): string => `
  0:00 login ana 900 ${clock}
  1:00 new ${clock}
  1:05 waiting 900 ${clock}
  1:10 ringing ana 900 ${clock}
  1:15 entered ana 900 ${clock}
  2:15 left ana 900 ${clock}
  2:16 finished ${clock}`;

/** Senders whose clocks are wrong, or who send no times. */
export const clockStories: readonly Story[] = [
  {
    title: 'a clock two minutes ahead is believed',
    script: answeredCall('clock +2min'),
    board: {
      '1:07': 'c waits 900 since 3:05; ana available since 2:00',
      '1:12': 'c waits 900 since 3:05, ana rings; ana ringing since 3:10',
      '1:20': 'c ongoing, ana on it; ana on call since 3:15',
      '2:20': 'ana available since 4:15',
    },
    visits: ['900 3:05-3:15 answered 10 s by ana'],
    segments: ['ana 900 rang 3:10, on 3:15-4:15 left'],
    totals: '1 answered (ASA 10 s)',
  },
  {
    title: 'a clock ten years ahead is not believed: its events count at their reception',
    script: answeredCall('clock +3650d'),
    board: {
      '1:07': 'c waits 900 since 1:05; ana available since 0:00',
      '1:12': 'c waits 900 since 1:05, ana rings; ana ringing since 1:10',
      '1:20': 'c ongoing, ana on it; ana on call since 1:15',
      '2:20': 'ana available since 2:15',
    },
    visits: ['900 1:05-1:15 answered 10 s by ana'],
    segments: ['ana 900 rang 1:10, on 1:15-2:15 left'],
    totals: '1 answered (ASA 10 s)',
  },
  {
    title: 'a call whose clock is ahead comes back by that clock',
    script: `
      0:05 waiting 900 clock +1h
      0:20 finished clock +1h
      0:21 waiting 900 clock +1h
      0:30 waiting 901 clock +1h`,
    board: { '0:25': '', '0:35': 'c waits 901 since 0:30' },
    visits: ['900 0:05-0:20 abandoned 15 s', '901 0:30- open'],
    segments: [],
    totals: '1 abandoned, 1 open',
  },
  {
    title: 'a pause dated 2036 counts from its reception, and an unpause ends it',
    script: `
      0:00 login ana 900
      0:10 pause ana 900 clock +3650d
      5:00 unpause ana 900`,
    board: { '1:00': 'ana paused since 0:10', '5:01': 'ana available since 5:00' },
    visits: [],
    segments: [],
    totals: 'nothing',
  },
  {
    title: 'with a clock three hours behind, callers and rings are shown, and no wait is three hours too long',
    script: answeredCall('clock -3h'),
    board: {
      '1:07': 'c waits 900 since 1:05; ana available since 0:00',
      '1:12': 'c waits 900 since 1:05, ana rings; ana ringing since 1:10',
      '1:20': 'c ongoing, ana on it; ana on call since 1:15',
      '2:20': 'ana available since 2:15',
    },
    visits: ['900 -2:58:55--2:58:45 answered 10 s by ana'],
    segments: ['ana 900 rang -2:58:50, on -2:58:45--2:57:45 left'],
    totals: '1 answered (ASA 10 s)',
  },
  {
    title: 'with a clock three hours behind, calls become stale and rings time out as with a right one',
    script: `
      0:05 waiting 900 clock -3h
      0:10 ringing ana 900 clock -3h`,
    board: {
      '2:10': 'c waits 900 since 0:05, ana rings; ana ringing since 0:10',
      '2:11': 'c waits 900 since 0:05; ana available since 2:10',
      '2:00:10': 'c waits 900 since 0:05; ana available since 2:10',
      '2:00:11': 'c stale; ana available since 2:10',
    },
    visits: ['900 -2:59:55- open'],
    segments: ['ana 900 rang -2:59:50-'],
    totals: '1 open',
  },
  {
    title: 'with a clock ten minutes ahead, the first of three deliveries counts',
    script: `
      0:05 waiting 900 clock +10min again 0:06 again 10:10
      0:10 ringing ana 900 clock +10min again 0:11 again 10:15
      0:15 entered ana 900 clock +10min again 0:16 again 10:20
      0:20 pause ana 900 clock +10min again 0:21 again 10:25
      1:00 finished clock +10min again 1:01 again 11:05`,
    board: {
      '0:08': 'c waits 900 since 0:05',
      '0:17': 'c ongoing, ana on it; ana on call since 0:15',
      '1:02': 'ana paused since 0:20',
      '12:00': 'ana paused since 0:20',
    },
    visits: ['900 0:05-0:15 answered 10 s by ana'],
    segments: ['ana 900 rang 0:10, on 0:15-1:00 finished'],
    totals: '1 answered (ASA 10 s)',
  },
  {
    title: 'events without times count at their reception, and their retries are other events',
    script: `
      0:00 new no-time
      0:05 waiting 900 no-time again 0:08
      0:10 entered ana 900 no-time again 0:13
      1:00 left ana 900 no-time
      1:01 finished no-time again 1:04`,
    board: {
      '0:07': 'c waits 900 since 0:05',
      '0:30': 'c ongoing, ana on it; ana on call since 0:10',
      '1:10': 'ana available since 1:00',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-1:00 left'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'a wait without a time that is retried after the answer opens nothing',
    script: `
      0:05 waiting 900 no-time again 0:12
      0:10 entered ana 900 no-time`,
    board: { '0:15': 'c ongoing, ana on it; ana on call since 0:10' },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'an imported day of old events has right totals, and shows no caller or agent as busy now',
    script: `
      0:00 login ana 900 clock -1d
      0:01 waiting 900 clock -1d
      0:02 entered ana 900 clock -1d
      0:03 waiting 900 call=d clock -1d
      0:04 ringing bia 900 call=d clock -1d`,
    board: {
      '0:05': 'c stale; d stale; ana not known since -23:59:58; bia not known since -23:59:56',
    },
    visits: ['900 -23:59:59--23:59:58 answered 1 s by ana', 'd: 900 -23:59:57- open'],
    segments: ['ana 900 on -23:59:58-', 'd: bia 900 rang -23:59:56-'],
    totals: '1 answered (ASA 1 s), 1 open',
  },
  {
    title: 'events that arrive hours late do not mean a clock that is behind, once an event arrives in time',
    script: `
      0:00 new received 3:00:00
      0:05 waiting 900 received 3:00:00
      3:00:10 ringing ana 900`,
    board: { '3:00:15': 'c waits 900 since 0:05, ana rings; ana ringing since 3:00:10' },
    visits: ['900 0:05- open'],
    segments: ['ana 900 rang 3:00:10-'],
    totals: '1 open',
  },
  {
    title: 'an offset without its colon is read',
    script: `
      0:10 waiting 900 timestamp=2026-03-02T10:00:05.000-0300
      0:20 entered ana 900`,
    board: { '0:15': 'c waits 900 since 0:10', '0:25': 'c ongoing, ana on it; ana on call since 0:20' },
    visits: ['900 0:05-0:20 answered 15 s by ana'],
    segments: ['ana 900 on 0:20-'],
    totals: '1 answered (ASA 15 s)',
  },
];
