import { createExcludedRecords } from './excluded-records.ts';

const record = (offset: number, onDlq = true) => ({ partition: 1, offset, onDlq, reason: '54000: too wide' });

it('the report is empty if no record was excluded', () => expect(createExcludedRecords().lines()).toEqual([]));

it('the report names each excluded record, with the reason and whether it is on the DLQ', () => {
  const { add, lines } = createExcludedRecords();
  add(record(4));
  add(record(7, false));
  expect(lines()).toEqual([
    expect.stringContaining('Excluded, because Postgres refuses them: 2 records, 1 of them on the DLQ'),
    '  partition 1, record 4: 54000: too wide',
    '  partition 1, record 7, not on the DLQ: 54000: too wide',
  ]);
});

it('the report names twenty records at most, and counts all', () => {
  const { add, lines } = createExcludedRecords();
  for (let i = 0; i < 1_000; i++) add(record(i));
  expect(lines()).toHaveLength(22);
  expect(lines()[0]).toContain('1000 records');
  expect(lines().at(-1)).toMatch(/and 980 more/);
});
