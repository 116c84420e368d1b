import type { Story } from '../story.ts';

/** Calls that begin, end, and come back. */
export const lifeStories: readonly Story[] = [
  {
    title: 'a call can wait and be answered twice, one after the other',
    script: `
      0:00 new
      0:05 waiting 900
      0:10 entered ana 900
      1:00 finished
      1:10 waiting 901
      1:15 ringing bia 901
      1:20 entered bia 901
      2:00 finished`,
    board: {
      '1:05': 'ana available since 1:00',
      '1:12': 'c waits 901 since 1:10; ana available since 1:00',
      '1:30': 'c ongoing, bia on it; ana available since 1:00; bia on call since 1:20',
      '2:05': 'ana available since 1:00; bia available since 2:00',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana', '901 1:10-1:20 answered 10 s by bia'],
    segments: ['ana 900 on 0:10-1:00 finished', 'bia 901 rang 1:15, on 1:20-2:00 finished'],
    totals: '2 answered (ASA 7.5 s)',
  },
  {
    title: 'a call id that is used again the next day has a new life',
    script: `
      0:00 new
      0:05 waiting 900
      0:20 abandon 900
      0:20 finished
      1d0:00:00 new
      1d0:00:05 waiting 900`,
    board: { '0:30': '', '1d0:00:01': 'c new', '1d0:00:10': 'c waits 900 since 1d0:00:05' },
    visits: ['900 0:05-0:20 abandoned 15 s', '900 1d0:00:05- open'],
    segments: [],
    totals: '1 abandoned, 1 open',
  },
  {
    title: 'a beginning within two seconds after the end does not begin a new life',
    script: `
      0:05 waiting 900
      0:20 finished
      0:22 waiting 900`,
    board: { '0:30': '' },
    visits: ['900 0:05-0:20 abandoned 15 s'],
    segments: [],
    totals: '1 abandoned',
  },
  {
    title: 'a beginning that was received before the end begins no new life, also if the clock of the end is behind',
    script: `
      0:05 waiting 900
      0:20 finished clock -1min
      0:30 data`,
    board: { '0:10': 'c waits 900 since 0:05', '0:35': '' },
    visits: [],
    segments: [],
    totals: 'nothing',
  },
  {
    title: 'a beginning without a believed own time begins no new life',
    script: `
      0:05 waiting 900
      0:20 finished
      0:40 waiting 900 no-time
      0:45 new clock +1d`,
    board: { '0:50': '' },
    visits: ['900 0:05-0:20 abandoned 15 s'],
    segments: [],
    totals: '1 abandoned',
  },
  {
    title: 'late events of agents do not begin a new life',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      1:00 finished
      1:30 ringing bia 900
      1:40 entered ana 900
      1:50 ongoing`,
    board: { '2:00': 'ana available since 1:00; bia available since 1:30' },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-1:00 finished', 'bia 900 rang 1:30-1:30 finished'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'an agent who enters a call after its end is not shown on it, nor on an earlier call',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      0:20 waiting 901 call=d
      0:30 finished call=d
      0:40 entered ana 901 call=d`,
    board: { '0:35': 'c ongoing, ana on it; ana on call since 0:10', '0:45': 'c ongoing; ana available since 0:40' },
    visits: ['900 0:05-0:10 answered 5 s by ana', 'd: 901 0:20-0:30 abandoned 10 s'],
    segments: ['ana 900 on 0:10-', 'd: ana 901 on 0:40-0:40 finished'],
    totals: '1 answered (ASA 5 s), 1 abandoned',
  },
  {
    title: 'of several ends the last counts',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      1:00 finished
      1:01 entered bia 900
      1:30 finished`,
    board: {
      '1:10': 'ana available since 1:00; bia available since 1:01',
      '1:40': 'ana available since 1:00; bia available since 1:30',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-1:00 finished', 'bia 900 on 1:01-1:30 finished'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'a call without events becomes stale, and is not counted as waiting',
    script: '0:05 waiting 900',
    board: { '2:00:05': 'c waits 900 since 0:05', '2:00:06': 'c stale' },
    visits: ['900 0:05- open'],
    segments: [],
    totals: '1 open',
  },
  {
    title: 'recordings, data, ends and unknown types make no current call',
    script: `
      0:01 recording url=https://r/1
      0:02 data call=d
      0:03 call.teleported call=e
      0:04 dialer.attempt number=5511 call=f
      0:05 left ana 900 call=g
      0:05 abandon 900 call=h
      0:06 constructor call=i
      0:06 __proto__ call=i
      0:06 toString call=i
      0:07 service.command call=j`,
    board: { '0:30': 'ana available since 0:05' },
    visits: [],
    segments: ['g: ana 900 -0:05 left'],
    totals: 'nothing',
  },
  {
    title: 'each of nine kinds proves that there is a call',
    script: `
      0:01 new call=1
      0:01 standby call=2
      0:01 waiting 900 call=3
      0:01 ongoing call=4
      0:01 overflow call=5
      0:01 follow-me call=6
      0:01 peer call=7
      0:01 ringing ana call=8
      0:01 entered bia call=9`,
    board: {
      '0:05':
        '1 new; 2 standby; 3 waits 900 since 0:01; 4 ongoing; 5 new; 6 new; 7 new; 8 new, ana rings; 9 ongoing, bia on it; ana ringing since 0:01; bia on call since 0:01',
    },
    visits: ['3: 900 0:01- open'],
    segments: ['8: ana nowhere rang 0:01-', '9: bia nowhere on 0:01-'],
    totals: '1 open',
  },
  {
    title: 'a campaign of failed attempts makes no current call',
    script: Array.from({ length: 1_000 }, (_, i) => {
      const end = ['dialer.failure', 'dialer.expired', 'dialer.exceeded'][i % 3];
      return `0:0${i % 10} dialer.attempt number=${i} call=n${i}\n0:3${i % 10} ${end} number=${i} call=n${i}`;
    }).join('\n'),
    board: { '0:20': '', '0:50': '' },
    visits: [],
    segments: [],
    totals: 'nothing',
  },
  {
    title: 'a dialer’s failure ends an attempt',
    script: `
      0:00 new outbound
      0:02 peer
      0:30 dialer.failure number=5511`,
    board: { '0:10': 'c new', '0:31': '' },
    visits: [],
    segments: [],
    totals: 'nothing',
  },
  {
    title: 'a dialer’s failure ends no call that an agent entered, before or after',
    script: `
      0:00 new outbound
      0:05 entered ana 900
      0:30 dialer.expired number=5511
      0:00 new outbound call=d
      0:30 dialer.expired number=5511 call=d
      0:31 entered bia 900 call=d`,
    board: { '0:40': 'c ongoing, ana on it; d ongoing, bia on it; ana on call since 0:05; bia on call since 0:31' },
    visits: [],
    segments: ['ana 900 on 0:05-', 'd: bia 900 on 0:31-'],
    totals: 'nothing',
  },
  {
    title: 'a failed attempt still ends its life when an agent enters the next life',
    script: `
      0:00 new outbound
      0:05 waiting 900
      0:30 dialer.failure number=5511
      1:00 new outbound
      1:05 waiting 900
      1:10 entered ana 900`,
    board: { '0:40': '', '1:20': 'c ongoing, ana on it; ana on call since 1:10' },
    visits: ['900 0:05-0:30 abandoned 25 s', '900 1:05-1:10 answered 5 s by ana'],
    segments: ['ana 900 on 1:10-'],
    totals: 'nothing',
  },
  {
    title: 'outbound and internal calls are shown, but not in the totals',
    script: `
      0:05 waiting 900 outbound
      0:05 waiting 900 internal call=d
      0:05 waiting 900 inbound call=e
      0:05 waiting 900 call=f
      0:06 dialer.success number=5511 call=f`,
    board: { '0:10': 'c waits 900 since 0:05; d waits 900 since 0:05; e waits 900 since 0:05; f waits 900 since 0:05' },
    visits: ['900 0:05- open', 'd: 900 0:05- open', 'e: 900 0:05- open', 'f: 900 0:05- open'],
    segments: [],
    totals: '1 open',
  },
];
