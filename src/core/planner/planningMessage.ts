/** Facts about the workspace that the planner may see. */
export interface WorkspaceFacts {
  readonly files: readonly string[];
  /** Text of AGENTS.md or CLAUDE.md at the root. */
  readonly instructions?: string | undefined;
  /** Commands that have to pass, by the user's settings. */
  readonly requiredCommands?: readonly string[] | undefined;
}

/** Paths that are listed one by one: about 5,000 tokens, enough to name the targets of a small project. */
const MAX_LISTED_FILES = 500;

/** Folders that stand for the files of a larger project. */
const MAX_LISTED_FOLDERS = 300;

/** Characters of the project's instructions: what is longer is documentation, not direction. */
const MAX_INSTRUCTION_CHARS = 12_000;

const TAGS = ['files', 'instructions', 'required', 'request'] as const;
type Tag = (typeof TAGS)[number];

/** The planner's first message: what the workspace holds, delimited as data, and the user's request last. */
export function formatPlanningMessage(facts: WorkspaceFacts, request: string): string {
  const instructions = facts.instructions?.trim() ?? '';
  const required = facts.requiredCommands ?? [];
  const sections = [
    section('files', withoutTags(fileListing(facts.files))),
    ...(instructions === ''
      ? []
      : [section('instructions', withoutTags(cut(instructions, MAX_INSTRUCTION_CHARS)))]),
    ...(required.length === 0 ? [] : [section('required', describeRequired(required))]),
    section('request', request.trim()),
  ];
  return sections.join('\n\n');
}

function describeRequired(commands: readonly string[]): string {
  const lines = commands.map((command) => withoutTags(command.replace(/\p{Cc}/gu, ' ')));
  return [
    'The user requires these commands to pass. Where the workflow edits, end it with verify() of each, as a literal:',
    ...lines,
  ].join('\n');
}

/** The user's request out of a planning message; the whole text when it is none. */
export function requestOf(message: string): string {
  return sectionOf(message, 'request') ?? message.trim();
}

/** The listed paths of a planning message; null when they were too many to be listed one by one. */
export function listedFilesOf(message: string): readonly string[] | null {
  const lines = sectionOf(message, 'files')?.split('\n') ?? [];
  const [heading, ...paths] = lines;
  return heading?.startsWith('All ') === true ? paths : null;
}

function section(tag: Tag, text: string): string {
  return `<${tag}>\n${text}\n</${tag}>`;
}

// The request comes last and may hold anything, so the first opening and the last closing tag are ours.
function sectionOf(message: string, tag: Tag): string | null {
  const start = message.indexOf(`<${tag}>\n`);
  const end =
    tag === 'request' ? message.lastIndexOf(`\n</${tag}>`) : message.indexOf(`\n</${tag}>`);
  return start === -1 || end < start ? null : message.slice(start + tag.length + 3, end);
}

// Repository text must not be able to end its section and speak as the user.
function withoutTags(text: string): string {
  return text.replace(new RegExp(`<(/?)(${TAGS.join('|')})>`, 'gi'), '($1$2)');
}

function fileListing(files: readonly string[]): string {
  const paths = files.map((path) => path.replace(/\p{Cc}/gu, '?'));
  if (paths.length <= MAX_LISTED_FILES)
    return [`All ${paths.length} files of the workspace:`, ...paths].join('\n');
  const folders = [...countByFolder(paths)].sort(([a], [b]) => (a < b ? -1 : 1));
  const listed = folders
    .slice(0, MAX_LISTED_FOLDERS)
    .map(([folder, counts]) => `${folder}: ${describeCounts(counts)}`);
  const left = folders.length - listed.length;
  return [
    `${paths.length} files, too many to list. Files per folder (two levels), by ending:`,
    ...listed,
    ...(left > 0 ? [`(and ${left} more folders)`] : []),
  ].join('\n');
}

function countByFolder(paths: readonly string[]): Map<string, Map<string, number>> {
  const folders = new Map<string, Map<string, number>>();
  for (const path of paths) {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    const folder = parts.length === 0 ? './' : `${parts.slice(0, 2).join('/')}/`;
    const dot = name.lastIndexOf('.');
    const ending = dot > 0 ? name.slice(dot) : 'others';
    const counts = folders.get(folder) ?? new Map<string, number>();
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
    folders.set(folder, counts);
  }
  return folders;
}

function describeCounts(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([ending, count]) => `${count} ${ending}`)
    .join(', ');
}

function cut(text: string, most: number): string {
  return text.length <= most
    ? text
    : `${text.slice(0, most)}\n[cut after ${most} of ${text.length} characters]`;
}
