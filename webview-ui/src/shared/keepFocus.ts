import { useLayoutEffect, useRef } from 'preact/hooks';
import type { RefObject } from 'preact';

/**
 * Gives the focus to a card when the button that had it is gone after a change of the card, so that
 * keyboard users stay where they are. Never takes the focus from elsewhere.
 */
export function useKeptFocus(): RefObject<HTMLElement | null> {
  const card = useRef<HTMLElement>(null);
  const hadFocus = card.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (hadFocus && document.activeElement === document.body) card.current?.focus();
  });
  return card;
}
