import type { JSX } from 'preact';
import { LiveRegion } from '../shared/announcer.tsx';
import type { ChatStore } from './chatStore.ts';
import { Composer } from './composer.tsx';
import { ConversationView } from './conversationView.tsx';
import { EmptyState } from './emptyState.tsx';

/** The whole chat page. */
export function ChatApp({ store }: { readonly store: ChatStore }): JSX.Element {
  const items = store.items.value;
  const composer = store.composer.value;
  const empty = items !== null && items.length === 0;
  return (
    <main class="chat">
      {empty ? (
        <EmptyState
          disabled={composer?.disabledReason != null}
          onExample={(text) => store.fillComposer(text)}
        />
      ) : (
        <ConversationView items={items ?? []} store={store} />
      )}
      {composer === null ? null : <Composer store={store} state={composer} />}
      <LiveRegion />
    </main>
  );
}
