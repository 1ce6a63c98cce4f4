/**
 * What is true, and what has been acknowledged: counters in a file that processes share.
 *
 * The kernel puts what is written to a file and what is read of it in one order, so
 * that nobody needs a message: whoever reads after a write has returned sees it.
 * Every cell has one writer, its process; a subject's version is a row of cells, one
 * of each process. Times are milliseconds of the machine's monotonic clock.
 */
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs"

/** The same in every process of the machine, whatever their clocks say. */
export const machineMillis = (): number => Number(process.hrtime.bigint()) / 1e6

const cellBytes = 8

/** Cells in which it stands whether the run has ended, and how many reads each process has done. */
const endedAt = 0
const readsAt = 1

/** Versions of one cell in one run. */
const most = 8192

export class Table {
  private readonly file: number
  private readonly subjects: number
  private readonly processes: number
  /** Which of the processes this is; one that only watches is none of them. */
  private readonly self: number
  private readonly truthAt: number
  private readonly knownAt: number
  private readonly momentsAt: number
  private readonly raised: Float64Array
  private readonly known: Float64Array

  constructor(path: string, subjects: number, processes: number, self: number) {
    this.file = openSync(path, "a+")
    closeSync(this.file)
    this.file = openSync(path, "r+")
    this.subjects = subjects
    this.processes = processes
    this.self = self
    this.raised = new Float64Array(subjects)
    this.known = new Float64Array(subjects)
    this.truthAt = readsAt + processes
    this.knownAt = this.truthAt + subjects * processes
    this.momentsAt = this.knownAt + subjects * processes
    ftruncateSync(this.file, cellBytes * (this.momentsAt + subjects * processes * most))
  }

  private read(cell: number, cells: number): Float64Array {
    const values = new Float64Array(cells)
    readSync(this.file, new Uint8Array(values.buffer), 0, cells * cellBytes, cell * cellBytes)
    return values
  }

  private write(cell: number, values: ReadonlyArray<number>): void {
    writeSync(
      this.file,
      new Uint8Array(new Float64Array(values).buffer),
      0,
      values.length * cellBytes,
      cell * cellBytes
    )
  }

  private at(subject: number, process: number): number {
    return subject * this.processes + process
  }

  /** The cell of the moment at which a version was acknowledged. */
  private momentAt(subject: number, process: number, version: number): number {
    return this.momentsAt + this.at(subject, process) * most + version
  }

  /** Ends the run in every process. */
  end(): void {
    this.write(endedAt, [1])
  }

  get ended(): boolean {
    return this.read(endedAt, 1)[0] === 1
  }

  /** Says how many reads this process has done. */
  progress(reads: number): void {
    this.write(readsAt + this.self, [reads])
  }

  /** Reads that all processes have done. */
  get reads(): number {
    return this.read(readsAt, this.processes).reduce((sum, reads) => sum + reads, 0)
  }

  /** Makes what everybody has computed of a subject old; the version of it by this process. */
  raise(subject: number): number {
    const version = ++this.raised[subject]!
    if (version >= most) throw new RangeError(`a run raises a version ${most - 1} times at most`)
    this.write(this.truthAt + this.at(subject, this.self), [version])
    return version
  }

  /** Every row of versions as it is now. */
  truth(): Float64Array {
    return this.read(this.truthAt, this.subjects * this.processes)
  }

  /** From now on nobody may be given a version of the subject older than this one of this process. */
  acknowledge(subject: number, version: number): void {
    const known = this.known[subject]!
    if (version <= known) return
    const now = machineMillis()
    this.write(this.momentAt(subject, this.self, known + 1), Array.from({ length: version - known }, () => now))
    this.known[subject] = version
    this.write(this.knownAt + this.at(subject, this.self), [version])
  }

  /** Every row of acknowledged versions as it is now. */
  acknowledged(): Float64Array {
    return this.read(this.knownAt, this.subjects * this.processes)
  }

  /** When it was first acknowledged that a process has raised a subject to this version at least. */
  moment(subject: number, process: number, version: number): number {
    return this.read(this.momentAt(subject, process, version), 1)[0]!
  }

  /** Of all rows, those of these subjects. */
  rows(all: Float64Array, subjects: ReadonlyArray<number>): ReadonlyArray<number> {
    return subjects.flatMap((subject) =>
      Array.from(all.subarray(this.at(subject, 0), this.at(subject, this.processes)))
    )
  }

  close(): void {
    closeSync(this.file)
  }
}
