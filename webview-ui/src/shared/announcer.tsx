import { signal } from '@preact/signals';
import type { JSX } from 'preact';

const announcement = signal('');

/** Has assistive technology read a sentence when it is next idle. */
export function announce(sentence: string): void {
  announcement.value = sentence;
}

/** The page's one live region. */
export function LiveRegion(): JSX.Element {
  return (
    <div class="visuallyHidden" role="status" aria-live="polite">
      {announcement.value}
    </div>
  );
}
