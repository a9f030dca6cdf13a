import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { ComposerState } from '../../../src/protocol/webviews/chatMessages.ts';
import { ActionButton } from '../shared/actionButton.tsx';
import { Icon } from '../shared/icon.tsx';
import type { ChatStore } from './chatStore.ts';
import { recallRequest, type Recall } from './requestHistory.ts';

const NOTHING_RECALLED: Recall = { offset: 0, text: '' };

export interface ComposerProps {
  readonly store: ChatStore;
  readonly state: ComposerState;
}

/** Where the user writes; Enter sends, Shift+Enter breaks the line, Up brings back what was sent. */
export function Composer({ store, state }: ComposerProps): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  const recalled = useSignal(NOTHING_RECALLED);
  const requests = useComputed(() =>
    (store.items.value ?? []).flatMap((item) => (item.type === 'request' ? [item.text] : [])),
  );
  useSignalEffect(() => {
    if (store.focusRequests.value > 0) field.current?.focus();
  });
  const unsendable = whyNotSend(state, store.draft.value);
  const send = (): void => {
    // Asked anew: Enter may come before the page has drawn what was typed last.
    if (whyNotSend(state, store.draft.value) !== null) return;
    store.post({ type: 'send', text: store.draft.value.trim() });
    store.draft.value = '';
    recalled.value = NOTHING_RECALLED;
  };
  const recall = (direction: 'older' | 'newer'): boolean => {
    if (store.draft.value !== recalled.value.text) return false;
    const next = recallRequest(requests.value, recalled.value, direction);
    if (next === null) return false;
    recalled.value = next;
    store.draft.value = next.text;
    return true;
  };
  return (
    <form class="composer" aria-label="New request" onSubmit={(event) => event.preventDefault()}>
      <div class="field">
        <textarea
          ref={field}
          rows={1}
          aria-label="Request"
          aria-describedby="composerNote"
          placeholder="What should Muster do?"
          value={store.draft.value}
          disabled={state.disabledReason !== null}
          maxLength={100_000}
          onInput={(event) => (store.draft.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (handleKey(event, { send, recall })) event.preventDefault();
          }}
        />
        <SendButton store={store} busy={state.busy} unsendable={unsendable} onSend={send} />
      </div>
      <ComposerNote store={store} state={state} />
    </form>
  );
}

interface KeyActions {
  readonly send: () => void;
  readonly recall: (direction: 'older' | 'newer') => boolean;
}

function handleKey(event: KeyboardEvent, actions: KeyActions): boolean {
  // While an input method composes, its keys are its own.
  if (event.isComposing || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) {
    return false;
  }
  switch (event.key) {
    case 'Enter':
      actions.send();
      return true;
    case 'ArrowUp':
      return actions.recall('older');
    case 'ArrowDown':
      return actions.recall('newer');
    default:
      return false;
  }
}

function whyNotSend(state: ComposerState, draft: string): string | null {
  if (state.disabledReason !== null) return state.disabledReason;
  if (state.busy) return 'A plan is being written';
  return draft.trim() === '' ? 'Type a request first' : null;
}

interface SendButtonProps {
  readonly store: ChatStore;
  readonly busy: boolean;
  readonly unsendable: string | null;
  readonly onSend: () => void;
}

function SendButton({ store, busy, unsendable, onSend }: SendButtonProps): JSX.Element {
  return busy ? (
    <ActionButton
      icon="stop-circle"
      label="Stop"
      onPress={() => store.post({ type: 'stopPlanning' })}
    />
  ) : (
    <ActionButton
      look="primary"
      icon="send"
      label="Send"
      disabledReason={unsendable}
      onPress={onSend}
    />
  );
}

function ComposerNote({ store, state }: ComposerProps): JSX.Element {
  return (
    <div class="composerNote">
      {state.disabledReason === null ? null : (
        <p id="composerNote" class="disabledReason">
          <Icon name="info" />
          <span>{state.disabledReason}</span>
        </p>
      )}
      <p class="quietText" id={state.disabledReason === null ? 'composerNote' : undefined}>
        <button
          type="button"
          class="provider"
          title="Choose provider and model"
          onClick={() => store.post({ type: 'chooseProvider' })}
        >
          {[state.providerLabel, state.modelLabel].filter((label) => label !== '').join(' · ')}
        </button>
        {state.capsLabel === '' ? null : <span> · {state.capsLabel}</span>}
      </p>
    </div>
  );
}
