import type { ChatController } from '../chat/chatController.ts';
import type { ChatView } from '../chat/chatView.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { HostProcess } from '../hostProcess/hostProcess.ts';
import type { ProposalModel } from '../review/proposals/proposalModel.ts';
import type { ProposalTree } from '../review/proposals/proposalTree.ts';
import type { ReviewController } from '../review/reviewController.ts';
import type { RunActions } from '../runs/runActions.ts';
import type { RunRegistry } from '../runs/runRegistry.ts';
import type { RunTreeViews } from '../runTree/runTreeViews.ts';
import type { ProviderSettings } from '../settings/providerSettings.ts';
import type { Tasks } from '../shared/tasks.ts';

/** Everything that some command works on. */
export interface CommandParts {
  readonly host: HostProcess;
  readonly hostLogFile: string;
  readonly registry: RunRegistry;
  readonly chatView: ChatView;
  readonly controller: ChatController;
  readonly conversation: Conversation;
  readonly runTreeViews: RunTreeViews;
  readonly actions: RunActions;
  readonly model: ProposalModel;
  readonly tree: ProposalTree;
  readonly review: ReviewController;
  readonly settings: ProviderSettings;
  readonly tasks: Tasks;
}

/** Carries out one command with what the editor hands over. */
type CommandHandler = (...args: never[]) => Promise<void> | void;

/** Commands of the manifest with their handlers. */
export type CommandHandlers = Readonly<Record<string, CommandHandler>>;
