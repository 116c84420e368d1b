import { useEffect } from 'react';
import { parseRoute, views } from '../route.ts';
import type { Route } from '../route.ts';
import { navigate } from '../use-route.ts';

/** 1 to 5: views; `/`: search; `w`: toggles the wallboard; Esc: back from a call or a definition. */
export function useKeyboardShortcuts(): void {
  useEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

function onKey(event: KeyboardEvent): void {
  const { key, target, altKey, ctrlKey, metaKey } = event;
  if (altKey || ctrlKey || metaKey) return;
  if (target instanceof Element && target.closest('input, select, textarea, dialog')) {
    if (key === 'Escape' && target instanceof HTMLInputElement) target.blur();
    return;
  }
  const view = views[Number(key) - 1];
  if (view) navigateTo(view);
  else if (key === '/') {
    event.preventDefault();
    focusSearch();
  } else if (key === 'w') location.search = location.search === '' ? '?wallboard' : '';
  else if (key === 'Escape' && /^#\/(?:calls|numbers)\//.test(location.hash)) history.back();
}

/** The past moment stays. */
function navigateTo(view: Route['view']): void {
  const { at, known } = parseRoute(location.hash);
  navigate({ view, at, known });
}

/** Animation frames to wait for a view to be rendered. */
const framesMax = 30;

/** Focuses the search; on another view, navigates to the calls first and waits for the field. */
function focusSearch(frames = framesMax): void {
  const search = document.querySelector<HTMLElement>('input[type=search]');
  if (search) return search.focus();
  if (frames === framesMax) navigateTo('calls');
  if (frames > 0) requestAnimationFrame(() => focusSearch(frames - 1));
}
