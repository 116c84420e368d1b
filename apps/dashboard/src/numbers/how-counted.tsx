import type { NumberGroup, NumberId } from '@callstream/domain';
import { useAppContext } from '../context.tsx';
import { routeHash } from '../route.ts';

interface HowCountedProps {
  readonly of: NumberId | NumberGroup;
  /** Name of the tile, for screen readers. */
  readonly name: string;
}

/** "How is this counted?": a link of a tile to the definition of its number. A wallboard has no controls. */
export function HowCounted({ of, name }: HowCountedProps) {
  const { texts, isWallboard } = useAppContext();
  if (isWallboard) return null;
  return (
    <a className="how-counted" href={routeHash({ number: of })} title={texts.howCounted}>
      <span aria-hidden>?</span>
      <span className="visually-hidden">{`${texts.howCounted} ${name}`}</span>
    </a>
  );
}
