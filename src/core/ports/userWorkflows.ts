/** A file in which a workflow is kept. `path` is for people: relative to the workspace, or with `~` for the home folder. */
export type WorkflowFile =
  | { readonly type: 'text'; readonly path: string; readonly text: string }
  | { readonly type: 'refused'; readonly path: string; readonly reason: string };

/** The workflows in the user's own folders, which no workspace can change. */
export interface UserWorkflows {
  /** In the order in which they are looked up. Never rejects: what can't be read is refused with the reason. */
  list(): Promise<readonly WorkflowFile[]>;
}
