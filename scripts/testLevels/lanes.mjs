import os from 'node:os';

// Jobs that compute have a lane for each core; jobs that wait (for editors, browsers, servers) have
// one of their own beside them. A lane whose own kind has run out takes jobs of the other kind.
const kinds = ['computes', 'waits'];

/** Runs all jobs, the longest first, in the lanes of this machine; answers when all have ended. */
export async function runInLanes(jobs, { runJob, onEnd, cores = os.availableParallelism() }) {
  const waiting = jobs.toSorted((a, b) => b.seconds - a.seconds);
  const running = new Map();
  const ended = [];
  const start = (job, kind) => {
    waiting.splice(waiting.indexOf(job), 1);
    const work = (isOnHopeless(job, ended) ? notRun(job) : runJob(job)).then((result) => {
      running.delete(work);
      ended.push(result);
      onEnd(result);
    });
    running.set(work, { job, kind });
  };
  while (waiting.length > 0 || running.size > 0) {
    for (const kind of freeLanes(running, cores)) {
      const job = nextJob({ kind, waiting, running });
      if (job !== undefined) start(job, kind);
    }
    await Promise.race(running.keys());
  }
  return ended;
}

function freeLanes(running, cores) {
  const lanes = [...Array.from({ length: cores }, () => 'computes'), 'waits'];
  for (const { kind } of running.values()) lanes.splice(lanes.indexOf(kind), 1);
  return lanes;
}

function nextJob({ kind, waiting, running }) {
  const open = new Set([...waiting, ...[...running.values()].map(({ job }) => job)].map(levelOf));
  const ready = waiting.filter(({ level }) => !level.needs.some((name) => open.has(name)));
  const [own, other] = [kind, ...kinds.filter((name) => name !== kind)].map((wanted) =>
    ready.find(({ level }) => level.lane === wanted),
  );
  return own ?? other;
}

function isOnHopeless({ level }, ended) {
  return ended.some(({ job, counts }) => counts.failed > 0 && level.needs.includes(levelOf(job)));
}

async function notRun(job) {
  const problem = `it did not run, since ${job.level.needs.join(', ')} failed`;
  return { job, counts: { passed: 0, failed: 1, skipped: 0 }, problem, seconds: 0, output: '' };
}

function levelOf({ level }) {
  return level.name;
}
