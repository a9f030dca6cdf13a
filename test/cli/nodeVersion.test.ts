import assert from 'node:assert/strict';
import { nodeProblem } from '../../src/cli/nodeVersion.ts';

describe('the Node that runs muster', () => {
  it('is refused in one sentence when it is too old', () => {
    assert.equal(nodeProblem('22.0.0'), null);
    assert.equal(nodeProblem('24.9.0'), null);
    assert.match(nodeProblem('20.20.2') ?? '', /needs Node\.js 22 or later; this is 20\.20\.2\./u);
    assert.match(nodeProblem('9.1.0') ?? '', /Node\.js 22/u);
  });
});
