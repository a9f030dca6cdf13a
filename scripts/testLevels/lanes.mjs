import os from 'node:os';

// Jobs that compute have a lane for each core; jobs that wait (for editors, browsers, servers) have
// one of their own beside them. A lane whose own kind has run out takes jobs of the other kind, but
// never are more editors open than there are cores: they time out when they starve each other.
const kinds = ['computes', 'waits'];

/** Runs all jobs, the longest first, in the lanes of this machine; answers when all have ended. */
export async function runInLanes(jobs, { runJob, onEnd, cores = os.availableParallelism() }) {
  const waiting = jobs.toSorted((a, b) => b.seconds - a.seconds);
  const running = new Map();
  const ended = [];
  const start = (job, lane) => {
    waiting.splice(waiting.indexOf(job), 1);
    const work = (isHopeless(job, ended) ? notRun(job) : runJob(job)).then((result) => {
      running.delete(work);
      ended.push(result);
      onEnd(result);
    });
    running.set(work, { job, lane });
  };
  while (waiting.length > 0 || running.size > 0) {
    for (const lane of freeLanes(running, cores)) {
      const job = nextJob({ lane, waiting, running, cores });
      if (job !== undefined) start(job, lane);
    }
    await Promise.race(running.keys());
  }
  return ended;
}

function freeLanes(running, cores) {
  const lanes = [...Array.from({ length: cores }, () => 'computes'), 'waits'];
  for (const { lane } of running.values()) lanes.splice(lanes.indexOf(lane), 1);
  return lanes;
}

function nextJob({ lane, waiting, running, cores }) {
  const active = [...running.values()].map(({ job }) => job);
  const open = new Set([...waiting, ...active].map(levelOf));
  const isReady = ({ level }) => !level.needs.some((name) => open.has(name));
  const editors = active.filter(({ level }) => level.lane === 'waits').length;
  const [own, other] = [lane, ...kinds.filter((kind) => kind !== lane)].map((kind) =>
    kind === 'waits' && editors >= cores
      ? undefined
      : waiting.find((job) => job.level.lane === kind && isReady(job)),
  );
  return own ?? other;
}

function isHopeless({ level }, ended) {
  return ended.some(({ job, counts }) => counts.failed > 0 && level.needs.includes(levelOf(job)));
}

async function notRun(job) {
  const problem = `it did not run, since ${job.level.needs.join(' or ')} failed`;
  return { job, counts: { passed: 0, failed: 1, skipped: 0 }, problem, seconds: 0, output: '' };
}

function levelOf({ level }) {
  return level.name;
}
