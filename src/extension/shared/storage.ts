/** A small store that outlives the window: the editor's workspace state. */
export interface Storage {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}
