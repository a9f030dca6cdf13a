import type { SnapshotFiles } from '../../../src/core/changes/tree/snapshotFiles.ts';

/** A snapshot of these texts; a text of the form `-> target` is a link. */
export function snapshotOf(files: Readonly<Record<string, string>>): SnapshotFiles {
  const linkTo = (text: string): string | null => /^-> (.*)$/u.exec(text)?.[1] ?? null;
  const paths = Object.keys(files).sort();
  return {
    snapshot: {
      tree: 'tree-0',
      leftOut: [],
      entries: paths.map((path) => {
        const isLink = linkTo(files[path] ?? '') !== null;
        return { path, mode: isLink ? 0o120000 : 0o100644, blob: `blob:${path}` };
      }),
    },
    snapshots: {
      readBlob: (blob) => {
        const text = files[blob.slice('blob:'.length)] ?? '';
        return Promise.resolve(new Uint8Array(Buffer.from(linkTo(text) ?? text)));
      },
    },
  };
}
