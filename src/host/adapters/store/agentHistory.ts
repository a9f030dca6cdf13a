/**
 * What agents of a workspace's earlier runs used, read from their journals. Only the lines that tell it are
 * parsed, and the chain is not checked: an estimate needs speed, and forges nothing.
 */
import { appendAll } from '../../../base/appendAll.ts';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type * as z from 'zod';
import { errorText } from '../../../base/errorText.ts';
import { parseJson } from '../../../base/json.ts';
import type { AgentSample } from '../../../core/estimate/agentTokens.ts';
import { totalTokens } from '../../../protocol/runLimits.ts';
import type { Log } from '../../../core/ports/log.ts';
import { AgentEnded, AgentQueued } from '../../../protocol/events/agentEvents.ts';
import { RunStarted } from '../../../protocol/events/sessionEvents.ts';
import { listRuns } from './runFolders.ts';
import type { ListedRun } from './runFolders.ts';

/** Newest runs that are read: older ones were made with other scripts and models. */
const MAX_RUNS = 20;

/** Agents after which no older run is read: a quantile of more is no better. */
const MAX_AGENTS = 2000;

/** Bytes of one journal that are read: those of a run of 1,000 agents. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Where the kind stands in a line: it is among the first fields. */
const HEAD_CHARS = 200;

const Started = RunStarted.pick({ provider: true });
const Queued = AgentQueued.pick({ agentId: true, agentType: true, phase: true });
const Ended = AgentEnded.pick({ agentId: true, outcome: true, usage: true, turns: true });

interface ProviderSample extends AgentSample {
  readonly provider: string;
}

interface ReadRun {
  readonly changedAtMs: number;
  readonly samples: readonly ProviderSample[];
}

/** Remembers what it has read until a journal changes. */
export class AgentHistory {
  readonly #stateDirectory: string;
  readonly #log: Log;
  #known: ReadonlyMap<string, ReadRun> = new Map();

  constructor(stateDirectory: string, log: Log) {
    this.#stateDirectory = stateDirectory;
    this.#log = log;
  }

  /** Agents that ended well with this provider, of the newest runs; a journal that can't be read has none. */
  async samples(provider: string): Promise<readonly AgentSample[]> {
    const runs = (await listRuns(this.#stateDirectory)).slice(0, MAX_RUNS);
    const read = new Map<string, ReadRun>();
    const found: ProviderSample[] = [];
    for (const run of runs) {
      if (found.length >= MAX_AGENTS) break;
      const known = this.#known.get(run.runId);
      const fresh = known?.changedAtMs === run.changedAtMs ? known : await this.#read(run);
      read.set(run.runId, fresh);
      appendAll(
        found,
        fresh.samples.filter((sample) => sample.provider === provider),
      );
    }
    this.#known = read;
    return found.slice(0, MAX_AGENTS);
  }

  async #read({ runId, directory, changedAtMs }: ListedRun): Promise<ReadRun> {
    try {
      const text = await readBeginning(path.join(directory, 'journal.jsonl'));
      return { changedAtMs, samples: readSamples(text) };
    } catch (error) {
      this.#log.warn('estimate', 'unreadable', { runId, error: errorText(error) });
      return { changedAtMs, samples: [] };
    }
  }
}

async function readBeginning(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, MAX_BYTES));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    // What follows the last line break is torn off.
    return bytes.toString('utf8', 0, bytes.lastIndexOf(0x0a, bytesRead - 1) + 1);
  } finally {
    await handle.close();
  }
}

function readSamples(journal: string): readonly ProviderSample[] {
  const queued = new Map<number, z.infer<typeof Queued>>();
  const samples: ProviderSample[] = [];
  let provider = '';
  for (const line of journal.split('\n')) {
    const kind = /"kind":"([a-z.]+)"/u.exec(line.slice(0, HEAD_CHARS))?.[1];
    if (kind === 'run.started' || kind === 'run.resumed') {
      ({ provider } = Started.parse(parseJson(line)));
    } else if (kind === 'agent.queued') {
      const agent = Queued.parse(parseJson(line));
      queued.set(agent.agentId, agent);
    } else if (kind === 'agent.ended') {
      const { agentId, outcome, usage, turns } = Ended.parse(parseJson(line));
      const agent = queued.get(agentId);
      // Some servers report no tokens; they say nothing about what an agent needs.
      if (agent === undefined || outcome !== 'ok' || totalTokens(usage) === 0) continue;
      const { agentType, phase } = agent;
      samples.push({ provider, agentType, phase, use: { usage, requests: turns } });
    }
  }
  return samples;
}
