import type { ExportDelimiter } from '@callstream/contracts';
import { useState } from 'react';
import { useAppContext } from './context.tsx';

interface ExportButtonProps {
  readonly rows: 'calls' | 'visits' | 'agent-calls' | 'agent-sessions' | 'events';
  /** Parameters of `GET /api/export/…`. */
  readonly query: URLSearchParams;
}

/** Saves rows as a CSV that spreadsheets open; events, whose bodies are JSON, as NDJSON. */
export function ExportButton({ rows, query }: ExportButtonProps) {
  const { gateway, texts } = useAppContext();
  const [state, setState] = useState<{ readonly isRunning: boolean; readonly problem: string | null }>(idle);
  const save = (): void => {
    setState({ isRunning: true, problem: null });
    const format = rows === 'events' ? 'format=ndjson' : `bom=true&delimiter=${delimiter()}`;
    gateway.download(`api/export/${rows}?${query.toString()}&${format}`).then(
      () => setState(idle),
      (error: unknown) => setState({ isRunning: false, problem: (error as Error).message }),
    );
  };
  return (
    <>
      <button type="button" disabled={state.isRunning} onClick={save}>
        {texts.exports[rows]}
      </button>
      {state.problem === null ? null : (
        <span className="problem" role="alert">
          {texts.exportFailed(state.problem)}
        </span>
      )}
    </>
  );
}

/** Spreadsheets separate by semicolons where numbers have a decimal comma, as in Brazil, by the language of the computer. */
const delimiter = (): ExportDelimiter => ((0.5).toLocaleString().includes(',') ? 'semicolon' : 'comma');

const idle = { isRunning: false, problem: null };
