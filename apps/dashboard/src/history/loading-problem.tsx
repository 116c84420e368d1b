import { useAppContext } from '../context.tsx';

/** Says why numbers could not be loaded; nothing if they could. */
export function LoadingProblem({ reason }: { readonly reason: string | null }) {
  const { texts } = useAppContext();
  if (reason === null) return null;
  return (
    <p className="problem" role="alert">
      {texts.historyFailed(reason)}
    </p>
  );
}
