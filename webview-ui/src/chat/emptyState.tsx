import type { JSX } from 'preact';
import { Icon } from '../shared/icon.tsx';

const EXAMPLES = [
  'Port these callbacks to async/await, file by file',
  'Add tests to every handler that has none',
  'Replace var with let and const, then run the tests',
];

/** What a new user sees: what this is, and three ways to begin. */
export function EmptyState(props: {
  readonly disabled: boolean;
  readonly onExample: (text: string) => void;
}): JSX.Element {
  return (
    <section class="empty" aria-label="Getting started">
      <Icon name="type-hierarchy-sub" />
      <h2>One request, up to a thousand agents</h2>
      <p>
        Muster turns your request into a workflow. Once you approve it, as many small agents as it
        takes carry it out. Not one byte of your workspace changes until you accept it.
      </p>
      <ul aria-label="Example requests">
        {EXAMPLES.map((text) => (
          <li key={text}>
            <button
              type="button"
              class="example"
              disabled={props.disabled}
              onClick={() => props.onExample(text)}
            >
              {text}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
