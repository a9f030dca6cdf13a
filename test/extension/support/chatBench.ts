import { ChatController } from '../../../src/extension/chat/chatController.ts';
import type { ChatEditor } from '../../../src/extension/chat/chatEditor.ts';
import { Conversation } from '../../../src/extension/chat/conversation.ts';
import { RunRegistry } from '../../../src/extension/runs/runRegistry.ts';
import { DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';
import { samplePlan } from './samples.ts';
import { ScriptedHost } from './scriptedHost.ts';

/** What the editor of a test answers; a test may change it at any time. */
interface ChatSettings {
  editorScript: string | null;
  setupCommand: string | null;
  disabledReason: string | null;
}

/** A chat without an editor, for the tests of one suite; what they start is closed after each. */
export function useChat() {
  const settings: ChatSettings = { editorScript: null, setupCommand: null, disabledReason: null };
  const started: { dispose(): unknown }[] = [];
  beforeEach(() => {
    Object.assign(settings, { editorScript: null, setupCommand: null, disabledReason: null });
  });
  afterEach(async () => {
    for (const item of started.splice(0)) await item.dispose();
  });
  const start = (answers: ConstructorParameters<typeof ScriptedHost>[0]) => {
    const host = new ScriptedHost(answers);
    const registry = new RunRegistry(host);
    const store = { get: () => undefined, update: () => Promise.resolve() };
    const conversation = new Conversation(store, noop);
    const editor = createEditor(settings);
    const nowMs = () => 0;
    const controller = new ChatController({ host, registry, conversation, editor, nowMs });
    started.push(controller, conversation, registry);
    const planId = () => conversation.items.find(({ type }) => type === 'request')?.id ?? '';
    return { controller, conversation, host, registry, planId };
  };
  return { settings, start };
}

/** Puts a plan card that waits for approval into the conversation. */
export function putPlan(
  conversation: Conversation,
  changes: Parameters<typeof samplePlan>[0] = {},
): void {
  const plan = samplePlan(changes);
  conversation.put({ id: 'plan-p1', type: 'plan', plan, status: 'awaitingApproval' });
}

/** The press of Run on that card. */
export function pressRun() {
  return { type: 'plan', itemId: 'plan-p1', action: 'run', unsandboxed: false } as const;
}

/** Lets pending promises go on until the condition holds; the test's deadline ends the wait. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

function createEditor(settings: ChatSettings): ChatEditor {
  return {
    composer: (isBusy) =>
      Promise.resolve({
        disabledReason: settings.disabledReason,
        busy: isBusy,
        providerLabel: '',
        modelLabel: '',
        capsLabel: '',
      }),
    limits: () => DEFAULT_RUN_LIMITS,
    allowedCommands: () => ['npm *'],
    setupCommand: () => settings.setupCommand,
    requiredCommands: () => ['npm run lint'],
    openScript: () => Promise.resolve(),
    editedScript: () => Promise.resolve(settings.editorScript),
    askLimits: () => Promise.resolve(null),
    runAction: () => Promise.resolve(),
    chooseProvider: () => Promise.resolve(),
    restartHost: () => Promise.resolve(),
  };
}

function noop(): void {
  // Nothing is expected here.
}
