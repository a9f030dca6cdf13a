import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { renderMarkdown } from './markdown.ts';

export interface AnswerProps {
  readonly markdown: string;
  readonly streaming: boolean;
}

/** What the model says, as it comes in. */
export function Answer({ markdown, streaming }: AnswerProps): JSX.Element {
  const html = useMemo(() => renderMarkdown(markdown), [markdown]);
  return (
    <article class="answer" aria-label="Answer" aria-busy={streaming}>
      <div class="markdown" dangerouslySetInnerHTML={{ __html: html }} />
      {streaming ? (
        <p class="working">
          <span class="codicon codicon-loading codicon-modifier-spin" aria-hidden="true" />
          {markdown === '' ? 'Thinking…' : 'Writing…'}
        </p>
      ) : null}
    </article>
  );
}
