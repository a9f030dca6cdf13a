import assert from 'node:assert/strict';
import {
  parseRunDocumentPath,
  runDocumentPath,
} from '../../../src/extension/runs/runDocumentPath.ts';

describe('the address of a run’s document', () => {
  const documents = [
    { type: 'report', runId: 'r1' },
    { type: 'script', runId: 'r1' },
    { type: 'transcript', runId: 'r1', agentId: 7 },
  ] as const;
  for (const document of documents) {
    it(`leads back to the ${document.type}`, () => {
      assert.deepEqual(parseRunDocumentPath(runDocumentPath(document)), document);
    });
  }

  it('is refused when it is none of ours', () => {
    assert.equal(parseRunDocumentPath('/r1/../secret'), null);
  });
});
