import type { JSX } from 'preact';
import { Icon } from './icon.tsx';

export interface ActionButtonProps {
  readonly label: string;
  readonly onPress: () => void;
  readonly icon?: string | undefined;
  readonly look?: 'primary' | 'secondary' | 'quiet' | undefined;
  /** Why it cannot be pressed now; shown as its tooltip. */
  readonly disabledReason?: string | null | undefined;
  readonly title?: string | undefined;
}

/** A push button in the editor's own look. The second click of a double click is not an action. */
export function ActionButton(props: ActionButtonProps): JSX.Element {
  const reason = props.disabledReason ?? null;
  return (
    <button
      type="button"
      class={`action ${props.look ?? 'secondary'}`}
      disabled={reason !== null}
      title={reason ?? props.title}
      onClick={(event) => {
        if (event.detail <= 1) props.onPress();
      }}
    >
      {props.icon === undefined ? null : <Icon name={props.icon} />}
      <span class="actionLabel">{props.label}</span>
    </button>
  );
}
