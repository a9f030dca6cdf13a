import type { JSX } from 'preact';
import { plural } from '../../../src/base/format.ts';
import { visibleText } from '../../../src/base/visibleText.ts';
import type { ChatFromWebview, ChatItem } from '../../../src/protocol/webviews/chatMessages.ts';
import type { GateView } from '../../../src/protocol/view/runView.ts';
import { ActionButton } from '../shared/actionButton.tsx';
import { Icon } from '../shared/icon.tsx';

/** What the box shows whole also in a narrow panel: of more, the size is said. */
const SHORT_COMMAND_CHARS = 300;
const SHORT_COMMAND_LINES = 12;

type GateItem = Extract<ChatItem, { type: 'gate' }>;

export interface CommandQuestionProps {
  readonly item: GateItem;
  readonly command: NonNullable<GateView['command']>;
  readonly post: (message: ChatFromWebview) => void;
}

/** The question whether an agent may run a command: exactly what would run, where, for whom, and behind what walls. */
export function CommandQuestion({ item, command, post }: CommandQuestionProps): JSX.Element {
  const answer = (approved: boolean, forRun: boolean): void =>
    post({ type: 'gate', itemId: item.id, approved, forRun, note: '' });
  return (
    <>
      <h2>May “{visibleText(command.agentLabel)}” run this command?</h2>
      <pre class="gateDetails" role="region" aria-label="Command" tabIndex={0}>
        {visibleText(command.command)}
      </pre>
      <CommandLength command={command.command} />
      <p class="quietText">
        In {command.cwd === '' ? 'the root of' : `the folder ${visibleText(command.cwd)} of`} the
        agent’s copy of your files. {wallsText(command.sandbox)}
      </p>
      <div class="buttons">
        <ActionButton
          look="primary"
          icon="check"
          label="Allow once"
          onPress={() => answer(true, false)}
        />
        <ActionButton label="Allow in this run" onPress={() => answer(true, true)} />
        <ActionButton icon="close" label="Refuse" onPress={() => answer(false, false)} />
      </div>
    </>
  );
}

/** Says how much there is to read where the box may not show all of it. */
function CommandLength({ command }: { readonly command: string }): JSX.Element | null {
  const lines = command.split('\n').length;
  if (command.length <= SHORT_COMMAND_CHARS && lines <= SHORT_COMMAND_LINES) return null;
  const size = `${command.length.toLocaleString('en')} characters in ${plural(lines, 'line')}`;
  return (
    <p class="commandLength">
      <Icon name="warning" tone="warning" />
      <span>{size}. Read all of it before you allow it.</span>
    </p>
  );
}

function wallsText(sandbox: 'bwrap' | 'seatbelt' | 'none'): string {
  return sandbox === 'none'
    ? 'Without a sandbox: code that agents wrote gets your user rights.'
    : 'In the sandbox: no network, no access to your home folder or workspace.';
}
