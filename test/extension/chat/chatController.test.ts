import assert from 'node:assert/strict';
import { useChat } from '../support/chatBench.ts';
import { outline } from '../support/outline.ts';
import { sampleRun } from '../support/samples.ts';

describe('the chat', () => {
  const { start } = useChat();

  it('says which run the host’s end hit, and offers a new start', () => {
    const { controller, conversation, host, registry } = start({});
    host.notify('runs.changed', { run: sampleRun() });
    controller.reportHostDied(registry.markInterrupted());
    const [item] = conversation.items;
    assert.deepEqual(item?.type === 'problem' ? [item.message, item.actions] : null, [
      'The background host stopped while “modernise” was running. Finished work is kept.',
      [{ actionId: 'startHost', label: 'Restart host' }],
    ]);
    assert.equal(registry.get('r1')?.state, 'interrupted');
  });

  it('does not leave a card alive whose run the host does not know', () => {
    const { controller, conversation } = start({});
    conversation.put({ id: 'run-r1', type: 'run', run: sampleRun() });
    controller.settleUnknownRuns();
    assert.deepEqual(outline(conversation), ['run: r1 interrupted']);
  });
});
