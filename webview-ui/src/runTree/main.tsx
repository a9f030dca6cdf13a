import '@vscode/codicons/dist/codicon.css';
import '../shared/theme.css';
import './runTree.css';
import { computed, effect } from '@preact/signals';
import { render } from 'preact';
import type {
  RunTreeFromWebview,
  RunTreeToWebview,
} from '../../../src/protocol/webviews/runTreeMessages.ts';
import { announce } from '../shared/announcer.tsx';
import { startClock } from '../shared/clock.ts';
import { EditorBridge } from '../shared/editorBridge.ts';
import { renderPerFrame } from '../shared/renderPerFrame.ts';
import { parseRunTreeMessage } from './parseRunTreeMessage.ts';
import { ProgressAnnouncer } from './progressAnnouncer.ts';
import { RunTreeApp } from './runTreeApp.tsx';
import { RunTreeStore } from './runTreeStore.ts';
import { TreeArrangement } from './treeArrangement.ts';
import { TreeModel } from './treeModel.ts';

const bridge = new EditorBridge<RunTreeToWebview, RunTreeFromWebview>({
  api: acquireVsCodeApi(),
  page: window,
  parse: parseRunTreeMessage,
});
const post = (message: RunTreeFromWebview): void => bridge.post(message);
const store = new RunTreeStore({
  post,
  onNextFrame: (callback) => requestAnimationFrame(callback),
});
const view = computed(() => (store.state.value.type === 'shown' ? store.state.value.view : null));

const arrangement = new TreeArrangement();
arrangement.restore(bridge.readState());
effect(() => bridge.saveState(arrangement.save()));

const viewport = { scrollTop: 0, height: window.innerHeight, width: window.innerWidth };
const model = new TreeModel({ view, arrangement, viewport });

const announcer = new ProgressAnnouncer();
effect(() => {
  const sentence = view.value === null ? null : announcer.observe(view.value, Date.now());
  if (sentence !== null) announce(sentence);
});

bridge.subscribe((message) => store.receive(message));
const root = document.getElementById('root');
if (root === null) throw new Error('Cannot show the run tree: the page has no element "root".');
renderPerFrame();
render(<RunTreeApp state={store.state} model={model} post={post} />, root);
startClock();
bridge.post({ type: 'ready' });
