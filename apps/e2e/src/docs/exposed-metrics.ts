/** A metric, as a service tells it to Prometheus. */
export interface ExposedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** Names of its labels, but for those that histograms and summaries have of themselves. */
  readonly labels: ReadonlySet<string>;
}

const builtInLabels: ReadonlySet<string> = new Set(['le', 'quantile']);

/** Reads the text of /metrics. */
export function parseExposedMetrics(text: string): ExposedMetric[] {
  const help = new Map([...text.matchAll(/^# HELP (\w+) (.*)$/gm)].map(([, name = '', words = '']) => [name, words]));
  const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => ({ name, type }));
  return types.map(({ name, type }) => {
    const samples = [...text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{(.*)\\} `, 'gm'))];
    const labels = samples.flatMap(([, inside = '']) =>
      [...inside.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
    );
    const own = new Set(labels.filter((label) => !builtInLabels.has(label)).sort());
    return { name, type, help: help.get(name) ?? '', labels: own };
  });
}

/** A table of Markdown, as prettier writes it. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const [head = [], ...body] = cells;
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join('\n');
}
