/** A metric that a service exposes to Prometheus. */
export interface ExposedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** Label names, without `le` and `quantile`. */
  readonly labels: ReadonlySet<string>;
}

const builtInLabels: ReadonlySet<string> = new Set(['le', 'quantile']);

/** Parses the text of /metrics. @see Prometheus, text-based exposition format */
export function parseExposedMetrics(text: string): ExposedMetric[] {
  const help = new Map([...text.matchAll(/^# HELP (\w+) (.*)$/gm)].map(([, name = '', line = '']) => [name, line]));
  const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => ({ name, type }));
  return types.map(({ name, type }) => {
    const samples = [...text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{(.*)\\} `, 'gm'))];
    const labels = samples.flatMap(([, pairs = '']) => [...pairs.matchAll(/(\w+)="/g)].map(([, label = '']) => label));
    const ownLabels = new Set(labels.filter((label) => !builtInLabels.has(label)).sort());
    return { name, type, help: help.get(name) ?? '', labels: ownLabels };
  });
}

/** A Markdown table in prettier's layout. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const [head = [], ...body] = cells;
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join('\n');
}
