import { useState } from 'react';
import { useAppContext } from './context.tsx';

interface ExportButtonProps {
  readonly rows: 'calls' | 'visits' | 'agent-calls';
  /** Parameters of `GET /api/export/…`. */
  readonly query: URLSearchParams;
}

/** Saves rows as a CSV that spreadsheets open. */
export function ExportButton({ rows, query }: ExportButtonProps) {
  const { gateway, texts } = useAppContext();
  const [state, setState] = useState<{ readonly isRunning: boolean; readonly problem: string | null }>(idle);
  const save = (): void => {
    setState({ isRunning: true, problem: null });
    gateway.download(`api/export/${rows}?${query.toString()}&bom=true`).then(
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

const idle = { isRunning: false, problem: null };
