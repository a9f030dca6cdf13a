/** One thing that an audit has to say about a file of a run's folder. */
export interface AuditFinding {
  /**
   * `broken`: something was changed, dropped or reordered. `uncovered`: nothing says what it should be, so
   * that nothing is claimed about it. `note`: good to know, and no fault.
   */
  readonly severity: 'broken' | 'uncovered' | 'note';
  /** Path inside the run's folder. */
  readonly file: string;
  /** Line in that file, from 1; null where the whole file is meant. */
  readonly line: number | null;
  /** Number of the entry that is meant, where there is one. */
  readonly seq: number | null;
  readonly message: string;
}

/** Findings that are listed at most: whoever overwrote a file with noise is told so in one screen, not in a thousand. */
const MAX_FINDINGS = 100;

/** Gathers findings, each file and entry at most once with the same words. */
export class Findings {
  readonly #found = new Map<string, AuditFinding>();
  #more = 0;

  broken(file: string, message: string, place: FindingPlace = {}): void {
    this.#add({ severity: 'broken', file, message, ...placed(place) });
  }

  uncovered(file: string, message: string, place: FindingPlace = {}): void {
    this.#add({ severity: 'uncovered', file, message, ...placed(place) });
  }

  note(file: string, message: string, place: FindingPlace = {}): void {
    this.#add({ severity: 'note', file, message, ...placed(place) });
  }

  get isBroken(): boolean {
    return this.list().some((finding) => finding.severity === 'broken');
  }

  /** Whether something was found broken in a file, or in an entry of it. */
  isBrokenAt(file: string, seq: number | null): boolean {
    return this.list().some(
      (finding) =>
        finding.severity === 'broken' &&
        finding.file === file &&
        (seq === null || finding.seq === seq),
    );
  }

  /** What is broken first. */
  list(): readonly AuditFinding[] {
    const all = [...this.#found.values()];
    const broken = all.filter((finding) => finding.severity === 'broken');
    return [...broken, ...all.filter((finding) => finding.severity !== 'broken')];
  }

  /** Findings that were left out because there were too many. */
  get leftOut(): number {
    return this.#more;
  }

  #add(finding: AuditFinding): void {
    const key = JSON.stringify([finding.file, finding.line, finding.seq, finding.message]);
    if (this.#found.has(key)) return;
    const isKept = this.#found.size < MAX_FINDINGS || !this.#countsAs(finding.severity);
    if (isKept) this.#found.set(key, finding);
    else this.#more += 1;
  }

  // A long list of harmless ones must not hide the first broken one.
  #countsAs(severity: AuditFinding['severity']): boolean {
    const same = [...this.#found.values()].filter((finding) => finding.severity === severity);
    return same.length >= MAX_FINDINGS;
  }
}

export interface FindingPlace {
  readonly line?: number | null;
  readonly seq?: number | null;
}

function placed({ line = null, seq = null }: FindingPlace): Pick<AuditFinding, 'line' | 'seq'> {
  return { line, seq };
}
