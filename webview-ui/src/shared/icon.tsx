import type { JSX } from 'preact';
import type { Tone } from './stateWords.ts';

export interface IconProps {
  readonly name: string;
  readonly tone?: Tone | undefined;
}

/** A codicon; always beside words, so it is hidden from assistive technology. */
export function Icon({ name, tone }: IconProps): JSX.Element {
  const toneClass = tone === undefined ? '' : ` tone-${tone}`;
  return <span class={`codicon codicon-${name}${toneClass}`} aria-hidden="true" />;
}
