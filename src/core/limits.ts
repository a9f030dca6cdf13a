/**
 * Every limit of the product that no user changes, with the reason for its number. The others have their
 * defaults in src/protocol/defaults.ts.
 */

/** Token limit that stands in for the dollar limit where the price is unknown. */
export const FALLBACK_MAX_TOKENS = 2_000_000;

/** Turns of one agent: an agent that has not finished after 30 rarely does. */
export const MAX_AGENT_TURNS = 30;

/** Time of one agent: longer than any healthy one seen, short enough that a lost one is noticed. */
export const AGENT_TIMEOUT_MS = 20 * 60_000;

/** New attempts of an agent after its first one failed. */
export const AGENT_RETRIES = 2;

/** Answers against a schema that are sent back with the validator's message. */
export const STRUCTURED_RETRIES = 3;

/** Equal failing tool calls in a row: the third shows that the model is not learning from the error. */
export const MAX_IDENTICAL_FAILURES = 3;

/** Tokens that one answer may have; fits a rewritten file of about 2,000 lines. */
export const MAX_OUTPUT_TOKENS = 32_000;

/** Bytes of one answer as it comes over the wire: five times what so many tokens take, one event for each. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** Bytes of what a server says with an error: a page of HTML, of which one sentence is shown. */
export const MAX_COMPLAINT_BYTES = 256 * 1024;

/** Blocks of one answer: more calls than are carried out, so that a model that asks for more is told. */
export const MAX_ANSWER_BLOCKS = 20_000;

/** Depth of the JSON that a model gives to a tool: what people can still read, and every walk over it can bear. */
export const MAX_TOOL_INPUT_DEPTH = 100;

/** Tool calls of one answer that are carried out: more than agents ask for at once, few enough to wait for. */
export const MAX_TOOL_CALLS = 100;

/** Characters that the tools of one answer give back, before the rest waits for another: about 100,000 tokens. */
export const MAX_TURN_OUTPUT_CHARS = 400_000;

/** Characters of a tool's output that go back to the model: about 12,000 tokens. */
export const MAX_TOOL_OUTPUT_CHARS = 48_000;

/** Paths that list_files returns when the model names no limit, and at most. */
export const MAX_LISTED_FILES = 1000;

/** Lines that search_text returns at most. */
export const MAX_SEARCH_MATCHES = 200;

/** Texts of a snapshot that are held for searching: all of most repositories, and little beside what an editor takes. */
export const MAX_CORPUS_BYTES = 32 * 1024 * 1024;

/** Characters of texts that one search reads beside those, and hands over at once: a message that costs 10 ms. */
export const MAX_SEARCHED_CHARS = 128 * 1024 * 1024;
export const SEARCH_BATCH_CHARS = 8 * 1024 * 1024;

/** Largest file that an agent may write; what is larger is data, not an edit. */
export const MAX_WRITTEN_BYTES = 5 * 1024 * 1024;

/** Patch of one agent: room for the largest file rewritten from end to end, which stands in it twice. */
export const MAX_AGENT_PATCH_BYTES = 12 * 1024 * 1024;

/** Items of one parallel() or pipeline() call, as the dialect says. */
export const MAX_BATCH_ITEMS = 4096;

/** Size of a workflow script, as the dialect says. */
export const MAX_SCRIPT_BYTES = 524_288;

/** Times that the planner gets check errors back before the user sees the script. */
export const PLANNER_REPAIRS = 3;

/** Inline JSON of a journal line; larger payloads become blobs so that lines stay readable. */
export const MAX_INLINE_JSON_BYTES = 8 * 1024;

/** Time of one verify() command. */
export const VERIFY_TIMEOUT_MS = 10 * 60_000;

/** Time of the setup command: it builds what commands need, and all of them wait for it. */
export const SETUP_TIMEOUT_MS = 10 * 60_000;

/** Characters of a command's output that a receipt carries, as the dialect says. */
export const RECEIPT_OUTPUT_CHARS = 8000;

/** Bytes of a command's output that are kept: what a person could still read, not what a loop can print. */
export const MAX_COMMAND_OUTPUT_BYTES = 10 * 1024 * 1024;

/** Bytes that a command may print in all: a thousand times what the longest suites print, read within seconds. */
export const MAX_COMMAND_PRINTED_BYTES = 1024 * 1024 * 1024;

/** Processes of one command at once: many for each core of a large machine. A fork bomb has them within a second. */
export const MAX_COMMAND_PROCESSES = 1000;

/** Threads of one command at once: what so many processes of a virtual machine's kind have. */
export const MAX_COMMAND_THREADS = 10_000;

/** Memory of one command, and never more than half of the machine's: the editor and other programs need some. */
export const MAX_COMMAND_MEMORY_BYTES = 8 * 1024 * 1024 * 1024;

/** Disk that one command may fill, and never more than half of what is free: a large build, not the disk. */
export const MAX_COMMAND_DISK_BYTES = 4 * 1024 * 1024 * 1024;

/** Files that one command may make: several installations of dependencies, which take a while to delete. */
export const MAX_COMMAND_FILES = 500_000;

/** Time between two looks at what a command uses: a fork bomb makes a few thousand processes meanwhile. */
export const COMMAND_WATCH_MS = 250;

/** Time of one command of an agent when it names none, and at most: that of a quick check, and of a whole suite. */
export const COMMAND_TIMEOUT_MS = 2 * 60_000;
export const MAX_COMMAND_TIMEOUT_MS = 10 * 60_000;

/** Characters of an agent's command: more than people write, few enough that a prompt can show all of them. */
export const MAX_COMMAND_CHARS = 4000;

/** Files that one command of an agent may change: a formatter's run over a large folder, not over the disk. */
export const MAX_COMMAND_CHANGES = 5000;

/** Characters at each end of a command's output that go back to the model: together about 4,000 tokens. */
export const COMMAND_OUTPUT_END_CHARS = 8000;

/** Time that a question about a command stays open; the agent then goes on without it. */
export const COMMAND_QUESTION_MS = 10 * 60_000;

/** Questions about commands that are open at once: more of them nobody answers one by one. */
export const MAX_OPEN_COMMAND_QUESTIONS = 20;

/** Grace between SIGTERM and SIGKILL. */
export const KILL_GRACE_MS = 2000;

/** Files over this size are left out of a snapshot and listed as such. */
export const MAX_SNAPSHOT_FILE_BYTES = 5 * 1024 * 1024;

/** Unchanged lines between two changes that still count as one hunk: closer ones rarely make sense alone. */
export const HUNK_JOIN_LINES = 3;

/** Retries of one model request, and the time within which they must happen. */
export const MAX_TURN_RETRIES = 10;
export const TURN_RETRY_WINDOW_MS = 10 * 60_000;

/** First and longest wait between two tries of a request; the wait doubles and is jittered. */
export const RETRY_BASE_MS = 500;
export const RETRY_MAX_MS = 60_000;

/** Least time between two batches of run events to one client: ten a second look live and cost little. */
export const EVENT_BATCH_MS = 100;

/** Least time between two progress events of one agent. */
export const PROGRESS_INTERVAL_MS = 250;

/**
 * Memory of one script's engine: 1,000 agents' results of 64 KiB each, and room to work with them. Not more,
 * because growing it costs the engine time that rises with the square of the size.
 */
export const SCRIPT_MEMORY_BYTES = 128 * 1024 * 1024;

/** Longest time that a script computes without a pause: far beyond any honest loop over results. */
export const SCRIPT_COMPUTE_MS = 10_000;

/** Stack of a script's engine: below what WebAssembly's own stack bears, so that deep calls throw and don't trap. */
export const SCRIPT_STACK_BYTES = 512 * 1024;

/** Scripts that run at the same time in one host; further runs wait in line. */
export const MAX_PARALLEL_SCRIPTS = 8;

/** Time for one untrusted pattern, glob or schema: honest ones take milliseconds. */
export const COMPUTE_TIMEOUT_MS = 1000;

/** Threads for untrusted patterns. */
export const MAX_COMPUTE_THREADS = 2;

/** Characters of one log line or phase title; longer ones are results, not log lines. */
export const MAX_LOG_CHARS = 2000;

/** Time without a sign of life after which an agent's attempt is given up, as the dialect says. */
export const AGENT_STALL_MS = 180_000;

/** Characters of a gate's details: what a person can still judge. */
export const MAX_GATE_DETAILS_CHARS = 20_000;

/** Time that requests under way get to end when a run stops at a limit: they are paid for already. */
export const STOP_DRAIN_MS = 30_000;

/** Time that a script gets to return what it has after a stop; it can start nothing any more. */
export const STOP_GRACE_MS = 2000;

/** Calls that a stopped script may still make: more than one full pipeline, fewer than a loop would. */
export const MAX_CALLS_AFTER_STOP = 5000;

/** Model requests in flight at once, of all runs of one key: the ceiling of the user's own number. */
export const MAX_REQUEST_WINDOW = 256;

/** Failures in a row that stop a run; also the requests that go out before the provider's first sign of life. */
export const BREAKER_IN_A_ROW = 5;

/** Agents' ends that the breaker looks back on; half of them with one cause is no accident any more. */
export const BREAKER_WINDOW = 20;

/** Pause after refusals by a provider that has never answered: the run gets to see them and to stop. */
export const REFUSAL_PAUSE_MS = 1000;

/** Longest wait because a header says that nothing remains: the provider's buckets fill up within a minute. */
export const MAX_HEADER_HOLD_MS = 60_000;

/** Shortest prefix worth waiting for: providers cache from 1,024 tokens on (their prompt caching pages), of about 4 characters. */
export const MIN_CACHED_PREFIX_CHARS = 4096;

/** Time that a provider keeps an unused prefix in its cache, as its prompt caching pages say. */
export const PREFIX_CACHE_MS = 5 * 60_000;

/** Prefixes that are remembered as answered: more kinds of agents than a run ever has. */
export const MAX_KNOWN_PREFIXES = 1000;
