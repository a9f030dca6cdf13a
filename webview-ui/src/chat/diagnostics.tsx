import type { JSX } from 'preact';
import { plural } from '../../../src/base/format.ts';
import type { Diagnostic } from '../../../src/protocol/plan.ts';
import { Icon } from '../shared/icon.tsx';

/** Findings that a card shows before it refers to the script itself. */
const MAX_SHOWN = 5;

/** What the static check says of the script, errors first. */
export function Diagnostics(props: {
  readonly diagnostics: readonly Diagnostic[];
}): JSX.Element | null {
  if (props.diagnostics.length === 0) return null;
  const sorted = props.diagnostics.toSorted((a, b) => rank(a) - rank(b));
  const hidden = sorted.length - MAX_SHOWN;
  return (
    <ul class="findings" aria-label="Script check">
      {sorted.slice(0, MAX_SHOWN).map((item) => (
        <li key={`${item.code}:${item.line}:${item.column}`}>
          <Icon
            name={item.severity === 'error' ? 'error' : 'warning'}
            tone={item.severity === 'error' ? 'failed' : 'warning'}
          />
          <span>
            {item.severity === 'error' ? 'Error' : 'Warning'}, line {item.line}: {item.message}
            <span class="quietText"> {item.fix}</span>
          </span>
        </li>
      ))}
      {hidden > 0 ? (
        <li class="quietText">and {plural(hidden, 'more finding')}. Open the script to see all.</li>
      ) : null}
    </ul>
  );
}

function rank(item: Diagnostic): number {
  return item.severity === 'error' ? 0 : 1;
}
