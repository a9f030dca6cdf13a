import type { JSX } from 'preact';
import type { ChatFromWebview, ChatItem } from '../../../src/protocol/webviews/chatMessages.ts';
import { ActionButton } from '../shared/actionButton.tsx';
import { Icon } from '../shared/icon.tsx';
import { useKeptFocus } from '../shared/keepFocus.ts';

export interface ProblemProps {
  readonly item: Extract<ChatItem, { type: 'problem' }>;
  readonly post: (message: ChatFromWebview) => void;
}

/** Something that did not work, with what can be done about it. */
export function Problem({ item, post }: ProblemProps): JSX.Element {
  const card = useKeptFocus();
  return (
    <article class="problem" aria-label="Problem" tabIndex={-1} ref={card}>
      <Icon name="error" tone="failed" />
      <div>
        <p>{item.message}</p>
        {item.actions.length === 0 ? null : (
          <div class="buttons">
            {item.actions.map(({ actionId, label }) => (
              <ActionButton
                key={actionId}
                label={label}
                onPress={() => post({ type: 'problem', itemId: item.id, actionId })}
              />
            ))}
          </div>
        )}
      </div>
    </article>
  );
}
