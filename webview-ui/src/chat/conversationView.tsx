import { useSignal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { ChatItem } from '../../../src/protocol/webviews/chatMessages.ts';
import { ActionButton } from '../shared/actionButton.tsx';
import { ChatItemView, type ChatItemViewProps } from './chatItemView.tsx';

/** Pixels from the end within which the reader counts as being at the end. */
const END_TOLERANCE = 24;

export interface ConversationViewProps {
  readonly items: readonly ChatItem[];
  readonly store: ChatItemViewProps['store'];
}

/** The conversation; it follows its end unless the reader has scrolled up. */
export function ConversationView({ items, store }: ConversationViewProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const following = useSignal(true);
  useLayoutEffect(() => {
    if (following.peek() && !isAnswering(list)) scrollToEnd(list);
  }, [items]);
  useEffect(() => followResizes(list, () => following.peek() && !isAnswering(list)), []);
  return (
    <div class="conversation">
      {/* Announcements come from the page's live region; streamed text would be read word by word. */}
      <div
        class="messages"
        role="log"
        aria-label="Conversation"
        aria-live="off"
        tabIndex={0}
        ref={list}
        onScroll={(event) => (following.value = isAtEnd(event.currentTarget))}
      >
        <div class="messageColumn">
          {items.map((item) => (
            <ChatItemView key={item.id} item={item} store={store} />
          ))}
        </div>
      </div>
      {following.value ? null : (
        <div class="toEnd">
          <ActionButton
            icon="arrow-down"
            label="Jump to the end"
            onPress={() => scrollToEnd(list)}
          />
        </div>
      )}
    </div>
  );
}

function followResizes(
  list: RefObject<HTMLElement | null>,
  isFollowing: () => boolean,
): () => void {
  const observer = new ResizeObserver(() => {
    if (isFollowing()) scrollToEnd(list);
  });
  const element = list.current;
  if (element !== null) observer.observe(element);
  if (element?.firstElementChild) observer.observe(element.firstElementChild);
  return () => observer.disconnect();
}

// What comes meanwhile must not move another question's buttons under the hand of the user.
function isAnswering(list: RefObject<HTMLElement | null>): boolean {
  return list.current?.querySelector('.gate:hover, .gate:focus-within') != null;
}

function scrollToEnd(list: RefObject<HTMLElement | null>): void {
  const element = list.current;
  if (element !== null) element.scrollTop = element.scrollHeight;
}

function isAtEnd(element: HTMLElement): boolean {
  return element.scrollHeight - element.scrollTop - element.clientHeight < END_TOLERANCE;
}
