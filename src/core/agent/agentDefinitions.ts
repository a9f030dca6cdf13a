/**
 * Agent types that a project defines: Markdown files whose front matter says what an agent is called and may
 * use, and whose body is its instructions. They are read from the snapshot, so that no agent can change what
 * later agents are told.
 */
import { LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { cutText } from '../../base/format.ts';
import { readSnapshotText, type SnapshotFiles } from '../changes/tree/snapshotFiles.ts';
import {
  BUILT_IN_AGENT_TYPES,
  createAgentTypes,
  DEFINABLE_TOOLS,
  isSameTypeName,
  type AgentType,
  type AgentTypes,
} from './agentTypes.ts';

/** Folders with definitions, in the order in which they win. */
const DEFINITION_FOLDERS = ['.muster/agents', '.claude/agents'] as const;

/** Definitions in one folder: a project with more needs a list, not more types. */
const MAX_DEFINITIONS_IN_FOLDER = 100;

/** Characters of one definition: about 16,000 tokens, paid by each agent of the type. */
const MAX_DEFINITION_CHARS = 64 * 1024;

const MAX_NAME_CHARS = 100;

/** Claude Code's names for what ours do. */
const TOOL_ALIASES: ReadonlyMap<string, readonly string[]> = new Map([
  ['read', ['read_file']],
  ['notebookread', ['read_file']],
  ['edit', ['edit_file']],
  ['multiedit', ['edit_file']],
  ['notebookedit', ['edit_file']],
  ['write', ['write_file']],
  ['grep', ['search_text']],
  ['glob', ['list_files']],
  ['ls', ['list_files']],
  ['bash', ['run_command']],
  ['*', DEFINABLE_TOOLS],
]);

/** Reads the definitions of a snapshot. A broken one is a warning that names it, never a rejection. */
export async function loadAgentTypes(
  snapshot: SnapshotFiles['snapshot'],
  snapshots: SnapshotFiles['snapshots'],
): Promise<AgentTypes> {
  const warnings: string[] = [];
  const warn: Warn = (place, problem) => warnings.push(`${place}: ${problem}`);
  const types: AgentType[] = [];
  for (const path of definitionPaths(snapshot, warn)) {
    const text = await readSnapshotText({ snapshot, snapshots }, path);
    const type = text.type === 'text' ? readDefinition(path, text.text, warn) : null;
    if (text.type === 'refused') warn(path, `${text.reason}; the definition is ignored.`);
    if (type !== null && isNameFree(path, type, types, warn)) types.push(type);
  }
  return createAgentTypes(types, warnings);
}

type Warn = (place: string, problem: string) => void;

function definitionPaths(snapshot: SnapshotFiles['snapshot'], warn: Warn): readonly string[] {
  return DEFINITION_FOLDERS.flatMap((folder) => {
    const paths = snapshot.entries
      .map(({ path }) => path)
      .filter((path) => path.startsWith(`${folder}/`))
      .filter((path) => /^[^/]+\.md$/iu.test(path.slice(folder.length + 1)));
    if (paths.length > MAX_DEFINITIONS_IN_FOLDER) {
      warn(folder, `only the first ${MAX_DEFINITIONS_IN_FOLDER} definitions are read.`);
    }
    return paths.slice(0, MAX_DEFINITIONS_IN_FOLDER);
  });
}

function isNameFree(
  path: string,
  type: AgentType,
  types: readonly AgentType[],
  warn: Warn,
): boolean {
  const isTaken = (other: AgentType): boolean => isSameTypeName(other.name, type.name);
  if (BUILT_IN_AGENT_TYPES.some(isTaken)) {
    warn(path, `"${type.name}" is built in and can't be redefined; the definition is ignored.`);
    return false;
  }
  if (!types.some(isTaken)) return true;
  warn(path, `"${type.name}" is defined before; this definition is ignored.`);
  return false;
}

const FrontMatter = z.object({
  name: z.string().trim().min(1).max(MAX_NAME_CHARS).nullish(),
  description: z.string().nullish(),
  tools: z.union([z.string(), z.array(z.string())]).nullish(),
  model: z.string().nullish(),
});
type FrontMatter = z.infer<typeof FrontMatter>;

function readDefinition(path: string, text: string, warn: Warn): AgentType | null {
  if (text.length > MAX_DEFINITION_CHARS) {
    warn(path, `it has more than ${MAX_DEFINITION_CHARS} characters; the definition is ignored.`);
    return null;
  }
  const parts = splitFrontMatter(text);
  if (parts === null) {
    warn(
      `${path}:1`,
      'it does not begin with front matter between two lines of ---; it is ignored.',
    );
    return null;
  }
  const fields = readFrontMatter(path, parts.frontMatter, warn);
  return fields === null ? null : makeType(path, { ...fields, body: parts.body.trim() }, warn);
}

function splitFrontMatter(
  text: string,
): { readonly frontMatter: string; readonly body: string } | null {
  const match = /^---[ \t]*\r?\n(?<frontMatter>.*?)^---[ \t]*(?:\r?\n|$)/msu.exec(text);
  const frontMatter = match?.groups?.['frontMatter'];
  if (match === null || frontMatter === undefined || match.index !== 0) return null;
  return { frontMatter, body: text.slice(match[0].length) };
}

function readFrontMatter(path: string, frontMatter: string, warn: Warn): FrontMatter | null {
  const lineCounter = new LineCounter();
  const document = parseDocument(frontMatter, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    // The front matter begins at the second line of the file.
    const line = lineCounter.linePos(error.pos[0]).line + 1;
    const lines = readPlainLines(frontMatter);
    const outcome = lines === null ? 'The definition is ignored.' : 'It is read line by line.';
    warn(`${path}:${line}`, `front matter: ${error.message.replace(/\.?$/u, '.')} ${outcome}`);
    return lines;
  }
  const parsed = FrontMatter.safeParse(plainValue(document));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  warn(`${path}:2`, `front matter: ${problems.join('; ')}. The definition is ignored.`);
  return null;
}

/**
 * Front matter of plain lines, `key: text`, that is no YAML because a text holds a colon: many definitions are
 * written so. Null where there is no name to be found.
 */
function readPlainLines(frontMatter: string): FrontMatter | null {
  const fields = new Map<string, string>();
  for (const line of frontMatter.split('\n')) {
    const match = /^(name|description|tools|model):[ \t]*(.*)$/u.exec(line.trimEnd());
    const [, key, value] = match ?? [];
    if (key !== undefined && value !== undefined)
      fields.set(key, value.replace(/^\[(.*)\]$/u, '$1'));
  }
  const parsed = FrontMatter.safeParse(Object.fromEntries(fields));
  return fields.has('name') && parsed.success ? parsed.data : null;
}

/** The document as plain data; a text that refers to itself too often is none. */
function plainValue(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 10 }) ?? {};
  } catch {
    // Only an excess of aliases throws here; the schema then says that this is no front matter.
    return null;
  }
}

function makeType(
  path: string,
  fields: FrontMatter & { readonly body: string },
  warn: Warn,
): AgentType | null {
  const description = fields.description?.trim() ?? '';
  const instructions = fields.body === '' ? description : fields.body;
  if (instructions === '') {
    warn(path, 'it has no text below its front matter; the definition is ignored.');
    return null;
  }
  return {
    name: fields.name ?? fileName(path),
    description,
    instructions,
    tools: readTools(path, fields.tools ?? null, warn),
    model: readModel(fields.model ?? ''),
  };
}

function fileName(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.md$/iu, '');
}

function readModel(model: string): string | null {
  const name = model.trim();
  return name === '' || name.toLowerCase() === 'inherit' ? null : name;
}

/** The definition's tools by our names; they only ever narrow. */
function readTools(
  path: string,
  given: string | readonly string[] | null,
  warn: Warn,
): readonly string[] {
  if (given === null || given === '') return DEFINABLE_TOOLS;
  const names = toolNames(given);
  const unknown = names.filter((name) => toolsNamed(name).length === 0);
  if (unknown.length > 0) {
    warn(
      path,
      `agents have no tool ${cutText(unknown.join(', '), MAX_NAME_CHARS)}; it is ignored.`,
    );
  }
  const wanted = new Set(names.flatMap(toolsNamed));
  return DEFINABLE_TOOLS.filter((tool) => wanted.has(tool));
}

/** What a definition's word for a tool gives; nothing that the general-purpose type does not have. */
function toolsNamed(name: string): readonly string[] {
  const ours = TOOL_ALIASES.get(name.toLowerCase()) ?? [name];
  return ours.filter((tool) => DEFINABLE_TOOLS.includes(tool));
}

/** `Bash(git log:*), Read` names two tools; what is between parentheses narrows them elsewhere. */
function toolNames(given: string | readonly string[]): readonly string[] {
  const parts = typeof given === 'string' ? given.replaceAll(/\([^)]*\)/gu, '').split(',') : given;
  return parts.map((name) => name.replace(/\(.*$/su, '').trim()).filter((name) => name !== '');
}
