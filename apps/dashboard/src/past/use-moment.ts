import { useCallback, useEffect, useRef, useState } from 'react';
import { replaceRoute } from '../use-route.ts';

/** Debounce of changes of the address, in ms: browsers refuse more than about three in a second. */
const addressAfterMs = 400;
/** Time between two steps while the past is played, in ms. */
const stepMs = 500;

export const speeds = [1, 10, 60] as const;
type Speed = (typeof speeds)[number];

/** The moment that is shown, and how it moves. */
export interface Moment {
  /** ms since 1970. */
  readonly at: number;
  readonly isPlaying: boolean;
  readonly speed: Speed;
  readonly move: (at: number) => void;
  readonly play: (isPlaying: boolean) => void;
  readonly setSpeed: (speed: Speed) => void;
}

interface UseMomentOptions {
  /** Of the address, ms since 1970. */
  readonly routeAt: number;
  /** The gateway's clock: playing ends there. */
  readonly now: () => number;
}

/** Keeps the moment, plays it, and writes it to the address: every moment is a link. */
export function useMoment({ routeAt, now }: UseMomentOptions): Moment {
  const [at, setAt] = useState(routeAt);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>(1);
  const written = useRef(routeAt);
  const latest = useRef(routeAt);
  useEffect(() => {
    // Another moment in the address, which this hook has not written: a link, or Back.
    if (routeAt === written.current) return;
    written.current = routeAt;
    setAt(routeAt);
  }, [routeAt]);
  useEffect(() => {
    if (at === written.current) return;
    const timer = setTimeout(() => {
      written.current = at;
      replaceRoute({ at });
    }, addressAfterMs);
    return () => clearTimeout(timer);
  }, [at]);
  useEffect(() => {
    latest.current = at;
  }, [at]);
  useEffect(() => {
    if (!isPlaying) return;
    let before = performance.now();
    const timer = setInterval(() => {
      const passedMs = performance.now() - before;
      before += passedMs;
      const next = Math.round(latest.current + passedMs * speed);
      setAt(Math.min(now(), next));
      if (next >= now()) setPlaying(false);
    }, stepMs);
    return () => clearInterval(timer);
  }, [isPlaying, speed, now]);
  const move = useCallback((next: number) => setAt(Math.min(now(), next)), [now]);
  return { at, isPlaying, speed, move, play: setPlaying, setSpeed };
}
