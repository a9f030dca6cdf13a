import '@vscode/codicons/dist/codicon.css';
import '../shared/theme.css';
import './chat.css';
import './cards.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import type {
  ChatFromWebview,
  ChatToWebview,
} from '../../../src/protocol/webviews/chatMessages.ts';
import { startClock } from '../shared/clock.ts';
import { EditorBridge } from '../shared/editorBridge.ts';
import { renderPerFrame } from '../shared/renderPerFrame.ts';
import { ChatApp } from './chatApp.tsx';
import { ChatStore } from './chatStore.ts';
import { parseChatMessage } from './parseChatMessage.ts';

const bridge = new EditorBridge<ChatToWebview, ChatFromWebview>({
  api: acquireVsCodeApi(),
  page: window,
  parse: parseChatMessage,
});
const store = new ChatStore((message) => bridge.post(message));
store.draft.value = bridge.readState()['draft'] ?? '';
store.notes.restore(bridge.readState()['gateNotes']);
effect(() => bridge.saveState({ draft: store.draft.value, gateNotes: store.notes.save() }));
bridge.subscribe((message) => {
  if (message !== null) store.receive(message);
});

const root = document.getElementById('root');
if (root === null) throw new Error('Cannot show the chat: the page has no element "root".');
renderPerFrame();
render(<ChatApp store={store} />, root);
startClock();
bridge.post({ type: 'ready' });
