import { useEffect, useId, useRef } from 'react';
import type { NumberGroup, NumberId } from '@callstream/domain';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useAppContext, useTexts } from '../context.tsx';
import { HowCounted } from '../numbers/how-counted.tsx';
import type { Formats } from '../text/formats.ts';
import { useTheme } from '../use-theme.ts';
import type { Columns } from './series.ts';

export interface ChartProps {
  readonly title: string;
  readonly of: NumberId | NumberGroup;
  readonly hint: string;
  readonly data: Columns;
  readonly series: readonly { readonly name: string; readonly color: `--${string}` }[];
  /** Bars of several series are stacked. */
  readonly kind: 'line' | 'bars';
  /** Names of the bars; without them x is a time, in seconds since 1970. */
  readonly labels?: readonly string[];
  /** What the bars are by; default: the wait. */
  readonly labelsTitle?: string;
}

const heightPx = 220;
/** Possible distances of two times on the x axis, in seconds. */
const timeSteps = [1, 5, 10, 30, 60, 300, 900, 1_800, 3_600, 7_200, 14_400];
/** Margin before the first and after the last time, in seconds: half a bar. */
const marginSeconds = { line: 0, bars: 150 } as const;

/** A chart with its legend, and the same numbers as a table for screen readers. */
export function Chart(props: ChartProps) {
  const { title, of, hint, data, series, kind } = props;
  const texts = useTexts();
  const id = useId();
  // A line needs two points.
  const isEmpty = (data[0]?.length ?? 0) < (kind === 'line' ? 2 : 1);
  return (
    <section className="panel chart" aria-labelledby={id}>
      <h2 id={id}>
        {title} <span className="faint">{hint}</span> <HowCounted of={of} name={title} />
      </h2>
      {isEmpty ? (
        <p className="faint chart-empty">{texts.noData}</p>
      ) : (
        <>
          <ul className="legend" aria-hidden>
            {series.map(({ name, color }) => (
              <li key={name}>
                <span style={{ background: `var(${color})` }} /> {name}
              </li>
            ))}
          </ul>
          <Plot {...props} />
          <NumbersTable {...props} />
        </>
      )}
    </section>
  );
}

/** The canvas of uPlot. It is created again when the series, the theme or the formats change; new data are only set. */
function Plot({ data, series, kind, labels }: ChartProps) {
  const { formats, settings } = useAppContext();
  const theme = useTheme(settings.theme);
  const container = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const names = [...series.map(({ name }) => name), ...(labels ?? [])].join('\n');
  useEffect(() => {
    if (!container.current) return;
    const options = optionsOf({ series, kind, labels, width: container.current.clientWidth, formats });
    const created = new uPlot(options, stackedData(kind, data), container.current);
    plot.current = created;
    const resizing = new ResizeObserver(([entry]) => {
      if (entry) created.setSize({ width: entry.contentRect.width, height: heightPx });
    });
    resizing.observe(container.current);
    return () => {
      resizing.disconnect();
      created.destroy();
      plot.current = null;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the next effect sets `data`
  }, [names, kind, theme, formats]);
  useEffect(() => plot.current?.setData(stackedData(kind, data)), [kind, data]);
  return <div ref={container} className="plot" aria-hidden />;
}

function NumbersTable({ data, series, labels, labelsTitle }: ChartProps) {
  const { texts, formats } = useAppContext();
  const x = (value: number): string => (labels ? (labels[value] ?? '') : formats.clock(value * 1_000));
  return (
    <details className="numbers">
      <summary>{texts.asNumbers}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{labels ? (labelsTitle ?? texts.wait) : texts.time}</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lastRows(data).map(([at = 0, ...values]) => (
            <tr key={at}>
              <th scope="row">{x(at)}</th>
              {values.map((value, i) => (
                <td key={series[i]?.name}>{formats.number(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** Limit of rows of the table. */
const rowsMax = 24;
const lastRows = (data: Columns): number[][] =>
  (data[0] ?? []).map((_, i) => data.map((column) => column[i] ?? 0)).slice(-rowsMax);

/** Stacks bars: uPlot draws the sum of all series first, and each next series over all but the top part. */
function stackedData(kind: ChartProps['kind'], [x = [], ...values]: Columns): uPlot.AlignedData {
  if (kind === 'line') return [[...x], ...values.map((column) => [...column])];
  const sums = values.map((_, i) =>
    x.map((__, row) => values.slice(0, i + 1).reduce((sum, column) => sum + (column[row] ?? 0), 0)),
  );
  return [[...x], ...sums.toReversed()];
}

/** Most names of bars that fit beside each other. */
const labelsMax = 12;

/** Indexes of the bars that have their names below them. */
function shownLabels(labels: readonly string[]): number[] {
  const step = Math.ceil(labels.length / labelsMax);
  return labels.map((_, i) => i).filter((i) => i % step === 0);
}

interface PlotOptions extends Pick<ChartProps, 'series' | 'kind'> {
  readonly labels: readonly string[] | undefined;
  readonly width: number;
  readonly formats: Formats;
}

function optionsOf({ series, kind, labels, width, formats }: PlotOptions): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--faint'),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  };
  const bars = uPlot.paths.bars?.({ size: [0.75, 64], radius: 0.15 });
  const drawOrder = kind === 'bars' ? series.toReversed() : series;
  return {
    width,
    height: heightPx,
    legend: { show: false },
    cursor: { points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: labels
        ? { time: false, range: [-0.5, labels.length - 0.5] }
        : { time: true, range: (_, min, max) => [min - marginSeconds[kind], max + marginSeconds[kind]] },
      y: { range: (_, __, max) => [0, Math.max(4, Math.ceil(max * 1.1))] },
    },
    axes: [
      {
        ...axis,
        size: 32,
        grid: { show: false },
        values: labels
          ? (_, splits) => splits.map((at) => labels[at] ?? '')
          : (_, splits, ...[, , stepSeconds]) =>
              splits.map((at) => formats.clock(at * 1_000).slice(0, stepSeconds < 60 ? 8 : 5)),
        ...(labels ? { splits: () => shownLabels(labels) } : { incrs: timeSteps, space: 72 }),
      },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000] },
    ],
    series: [
      {},
      ...drawOrder.map(({ name, color: of }) => ({
        label: name,
        stroke: color(of),
        width: 2,
        points: { show: false },
        ...(kind === 'bars' ? { fill: color(of), width: 0, ...(bars ? { paths: bars } : {}) } : {}),
      })),
    ],
  };
}
