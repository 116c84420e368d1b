import type { ClientBase } from 'pg';
import type { Queryable, Tables } from '../src/index.ts';
import { poolOf, TablesConnection } from '../src/connection/tables.ts';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly Plans?: readonly Plan[];
}

/** The plan with which Postgres executed a query. */
export interface ExecutedPlan {
  /** Tables that were read by a sequential scan. */
  readonly scanned: readonly string[];
  readonly indexes: readonly string[];
  /** Pages that were read, from cache or disk, 8 KiB each. */
  readonly pages: number;
}

/** Executes the queries of `read` with EXPLAIN ANALYZE; `read` itself gets no rows. */
export async function explainReads(db: Tables, read: (db: Queryable) => Promise<unknown>): Promise<ExecutedPlan[]> {
  const executed: ExecutedPlan[] = [];
  const query = async (statement: { readonly text: string; readonly values: unknown[] }): Promise<{ rows: [] }> => {
    const text = `explain (analyze, buffers, format json) ${statement.text}`;
    const { rows } = await poolOf(db).query<{ 'QUERY PLAN': [{ Plan: Plan & Record<string, number> }] }>(
      text,
      statement.values,
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    if (plan) executed.push(summarize(plan));
    return { rows: [] };
  };
  await read(new TablesConnection({ query } as unknown as ClientBase));
  return executed;
}

function summarize(plan: Plan & Record<string, unknown>): ExecutedPlan {
  const nodes = flatten(plan);
  return {
    scanned: nodes.filter((node) => node['Node Type'] === 'Seq Scan').flatMap((node) => node['Relation Name'] ?? []),
    indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
    pages: Number(plan['Shared Hit Blocks'] ?? 0) + Number(plan['Shared Read Blocks'] ?? 0),
  };
}

const flatten = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flatten)];
