import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readMarkdownPages, repositoryRoot } from '../docs/markdown.ts';

const folder = join(repositoryRoot, 'docker/observability');
const rules = readFileSync(join(folder, 'prometheus/alerts.yml'), 'utf8');
const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}
interface GrafanaDashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
}
const files = readdirSync(join(folder, 'grafana/dashboards'));
const dashboards = files.map(
  (file) => JSON.parse(readFileSync(join(folder, 'grafana/dashboards', file), 'utf8')) as GrafanaDashboard,
);

describe('an alert rule', () => {
  it('every alert rule has a section in docs/alerts.md, and no section is without a rule', () => {
    const page = readMarkdownPages().find(({ path }) => path === 'docs/alerts.md');
    const sections = [...(page?.anchors ?? [])].filter((anchor) => anchor.startsWith('callstream'));
    expect(sections.toSorted()).toEqual(alerts.map((name) => name.toLowerCase()).toSorted());
    const runbooks = [...rules.matchAll(/runbook: (\S+)/g)].map(([, runbook]) => runbook);
    expect(runbooks).toEqual(alerts.map((name) => `docs/alerts.md#${name.toLowerCase()}`));
  });

  it('every alert is made to fire by alerts.long.test.ts', () => {
    const test = readFileSync(join(import.meta.dirname, 'alerts.long.test.ts'), 'utf8');
    expect(alerts.filter((name) => !new RegExp(`fires\\('${name}'`).test(test))).toEqual([]);
  });
});

it('alerts and Grafana dashboards query only documented metrics', () => {
  const page = readFileSync(join(repositoryRoot, 'docs/reference/metrics.md'), 'utf8');
  const documented = new Set([...page.matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name));
  const expressions = [rules, ...dashboards.flatMap(({ panels }) => panels).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))]; // prettier-ignore
  const asked = expressions.flatMap((text) => text.match(/\b(?:callstream|nodejs|process)_[a-z0-9_]+/g) ?? []);
  expect(asked.length).toBeGreaterThan(80);
  const isDocumented = (name: string): boolean =>
    documented.has(name) || documented.has(name.replace(/_(bucket|sum|count)$/, ''));
  expect(asked.filter((name) => !isDocumented(name))).toEqual([]);
});

describe('a Grafana dashboard', () => {
  it('a Grafana dashboard has its file name as uid, a title, a supported schema version and unique panel ids', () => {
    expect(files.map((file) => file.replace('.json', ''))).toEqual(dashboards.map(({ uid }) => uid));
    for (const { title, schemaVersion, panels } of dashboards) {
      expect(title).toMatch(/^callstream: /);
      expect(schemaVersion).toBeGreaterThanOrEqual(39);
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    }
  });

  it('a Grafana dashboard uses the provisioned Prometheus, and every panel has a description and a unit', () => {
    const provisioned = readFileSync(join(folder, 'grafana/provisioning/datasources/prometheus.yml'), 'utf8');
    const uid = /uid: (\S+)/.exec(provisioned)?.[1];
    const panels = dashboards.flatMap((dashboard) => dashboard.panels).filter(({ type }) => type !== 'row');
    expect(panels.length).toBeGreaterThan(50);
    for (const { targets = [], ...panel } of panels) {
      expect(panel).toMatchObject({ description: expect.stringMatching(/\.$/) as string, datasource: { uid } });
      expect(panel.fieldConfig?.defaults.unit).toMatch(/^(s|bytes|short|ops|percentunit)$/);
      expect(targets.filter(({ datasource }) => datasource.uid !== uid)).toEqual([]);
    }
  });

  it('a Grafana dashboard has no overlapping panels, and none outside of the grid', () => {
    for (const { panels } of dashboards) {
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, i) => `${x + (i % w)}:${y + Math.floor(i / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
    }
  });
});
