/** Numbers that go on where earlier sessions stopped. */
export function counterFrom(last = 0): () => number {
  let number = last;
  return () => (number += 1);
}
