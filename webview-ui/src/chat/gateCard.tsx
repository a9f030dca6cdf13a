import type { ReadonlySignal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { oneLine } from '../../../src/base/format.ts';
import type { ChatFromWebview, ChatItem } from '../../../src/protocol/webviews/chatMessages.ts';
import { commandLine, shortLabel } from '../../../src/protocol/view/commandQuestion.ts';
import { ActionButton } from '../shared/actionButton.tsx';
import { Icon } from '../shared/icon.tsx';
import { useKeptFocus } from '../shared/keepFocus.ts';
import { describeGate } from '../shared/stateWords.ts';
import { CommandQuestion, type CommandQuestionProps } from './commandQuestion.tsx';
import type { GateNotes } from './gateNotes.ts';

/** What the host takes as a note. */
const MAX_NOTE_CHARS = 4000;

/** Characters of a question that name its card; screen readers say a name at one go. */
const MAX_NAME_CHARS = 200;

/** Characters of a command in the line that is left of its question; the run's record has all of it. */
const MAX_COMMAND_LINE_CHARS = 120;

type GateItem = Extract<ChatItem, { type: 'gate' }>;

export interface GateCardProps {
  readonly item: GateItem;
  readonly notes: GateNotes;
  /** The item that was asked for elsewhere, which takes the focus. */
  readonly wanted: ReadonlySignal<{ readonly itemId: string } | null>;
  readonly post: (message: ChatFromWebview) => void;
}

/** A question that a run asks a person: a card until it is answered, one line afterwards. */
export function GateCard({ item, notes, wanted, post }: GateCardProps): JSX.Element {
  const card = useKeptFocus();
  useFocusWhenWanted(card, item.id, wanted);
  const open = item.status === 'open';
  return (
    <article
      class={open ? 'card gate' : 'gateLine'}
      aria-label={`${open ? 'Question' : 'Answered question'}: ${oneLine(item.gate.question, MAX_NAME_CHARS)}`}
      tabIndex={-1}
      ref={card}
    >
      {open ? <OpenItem item={item} notes={notes} post={post} /> : <ClosedGate item={item} />}
    </article>
  );
}

function useFocusWhenWanted(
  card: RefObject<HTMLElement | null>,
  itemId: string,
  wanted: GateCardProps['wanted'],
): void {
  const request = wanted.value;
  useEffect(() => {
    if (request?.itemId !== itemId) return;
    card.current?.scrollIntoView({ block: 'nearest' });
    card.current?.focus();
  }, [request]);
}

function OpenItem({ item, notes, post }: Omit<GateCardProps, 'wanted'>): JSX.Element {
  const { command } = item.gate;
  return (
    <>
      <p class="kicker">
        <Icon name="bell" tone="warning" />
        <span class="gateState">Waiting for your answer</span>
        <span class="spacer" />
        <span class="gateRun" title={item.runName}>
          {item.runName}
        </span>
      </p>
      {command === undefined ? (
        <OpenGate item={item} notes={notes} post={post} />
      ) : (
        <CommandQuestion item={item} command={command} post={post} />
      )}
    </>
  );
}

function OpenGate({ item, notes, post }: Omit<GateCardProps, 'wanted'>): JSX.Element {
  const { gate, id } = item;
  const noteId = `note-${id}`;
  const answer = (approved: boolean): void =>
    post({ type: 'gate', itemId: id, approved, note: notes.of(id).trim() });
  return (
    <>
      <h2>{gate.question}</h2>
      {gate.details === '' ? null : (
        <pre class="gateDetails" role="region" aria-label="Details" tabIndex={0}>
          {gate.details}
        </pre>
      )}
      <div class="gateNote">
        <label for={noteId}>Note for the workflow (optional)</label>
        <textarea
          id={noteId}
          rows={1}
          maxLength={MAX_NOTE_CHARS}
          value={notes.of(id)}
          onInput={(event) => notes.set(id, event.currentTarget.value)}
        />
      </div>
      <div class="buttons">
        <ActionButton look="primary" icon="check" label="Approve" onPress={() => answer(true)} />
        <ActionButton icon="close" label="Reject" onPress={() => answer(false)} />
      </div>
    </>
  );
}

function ClosedGate({ item }: { readonly item: GateItem }): JSX.Element {
  const { gate, status } = item;
  const words = describeGate(gate, { isLive: false });
  return (
    <p>
      <Icon name={words.icon} tone={words.tone} />
      <span>
        <strong>{status === 'closed' ? 'No longer open' : words.text}</strong>{' '}
        {gate.command === undefined ? gate.question : <CommandLine command={gate.command} />}
        {gate.note === '' ? null : <span class="quietText"> — {gate.note}</span>}
      </span>
    </p>
  );
}

function CommandLine({ command }: Pick<CommandQuestionProps, 'command'>): JSX.Element {
  return (
    <>
      <code>{oneLine(commandLine(command.command), MAX_COMMAND_LINE_CHARS)}</code> for “
      {shortLabel(command.agentLabel)}”
    </>
  );
}
