import { Component, type ComponentChildren, type JSX } from 'preact';
import type { ChatItem } from '../../../src/protocol/webviews/chatMessages.ts';
import { Icon } from '../shared/icon.tsx';
import { Answer } from './answer.tsx';
import type { ChatStore } from './chatStore.ts';
import { GateCard } from './gateCard.tsx';
import { PlanCard } from './planCard.tsx';
import { Problem } from './problem.tsx';
import { RunCard } from './runCard.tsx';

export interface ChatItemViewProps {
  readonly item: ChatItem;
  readonly store: Pick<ChatStore, 'post' | 'notes' | 'wanted'>;
}

/** One item of the conversation; drawn again only when the item itself is another. */
export class ChatItemView extends Component<ChatItemViewProps, { readonly broken: boolean }> {
  override state = { broken: false };

  override shouldComponentUpdate(
    next: ChatItemViewProps,
    state: { readonly broken: boolean },
  ): boolean {
    return next.item !== this.props.item || state.broken !== this.state.broken;
  }

  /** One item that cannot be drawn must not take the whole panel with it. */
  override componentDidCatch(): void {
    this.setState({ broken: true });
  }

  override render(): ComponentChildren {
    return this.state.broken ? <BrokenItem /> : renderItem(this.props);
  }
}

function renderItem({ item, store }: ChatItemViewProps): JSX.Element {
  const { post, notes, wanted } = store;
  switch (item.type) {
    case 'request':
      return (
        <article class="request" aria-label="Your request">
          {item.text}
        </article>
      );
    case 'answer':
      return <Answer markdown={item.markdown} streaming={item.streaming} />;
    case 'plan':
      return <PlanCard itemId={item.id} plan={item.plan} status={item.status} post={post} />;
    case 'run':
      return <RunCard run={item.run} post={post} />;
    case 'gate':
      return <GateCard item={item} notes={notes} wanted={wanted} post={post} />;
    case 'problem':
      return <Problem item={item} post={post} />;
  }
}

function BrokenItem(): JSX.Element {
  return (
    <p class="problem">
      <Icon name="warning" tone="warning" />
      <span>Cannot show this part of the conversation. Reload the window to try again.</span>
    </p>
  );
}
