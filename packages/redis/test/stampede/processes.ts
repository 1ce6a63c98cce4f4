/** Reading processes, gone when the test's scope closes. */
import { Deferred, Effect } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { type Compute, type Done, now, type Order, type Report, type Setup } from "./protocol.ts"

const program = new URL("reader.ts", import.meta.url)

let reads = 0

/** A read that a process was told to make. */
export interface Running {
  /** When its compute began, if this process computes. */
  readonly computing: Effect.Effect<number>
  /** Computes of this process so far. */
  readonly computes: () => number
  readonly done: Effect.Effect<Done>
  /** Interrupts its readers. */
  readonly leave: Effect.Effect<void>
}

export interface Wish {
  readonly key: string
  readonly compute: Compute
  readonly readers?: number
  readonly at?: number
}

export class Reader {
  private readonly child: ChildProcess
  private readonly first = new Map<string, Deferred.Deferred<Report>>()
  private readonly heard: Array<string> = []
  /** Its exit code. */
  private readonly ended = Deferred.makeUnsafe<number | null>()

  constructor(child: ChildProcess) {
    this.child = child
    child.on("message", (report: Report) => {
      this.heard.push(nameOf(report))
      Deferred.doneUnsafe(this.news(nameOf(report)), Effect.succeed(report))
    })
    child.once("exit", (code) => Deferred.doneUnsafe(this.ended, Effect.succeed(code)))
  }

  private news(name: string): Deferred.Deferred<Report> {
    const known = this.first.get(name) ?? Deferred.makeUnsafe<Report>()
    this.first.set(name, known)
    return known
  }

  private hear<Tag extends Report["_tag"]>(tag: Tag, id = 0): Effect.Effect<Extract<Report, { readonly _tag: Tag }>> {
    const report = Deferred.await(this.news(`${tag} ${id}`)) as Effect.Effect<Extract<Report, { readonly _tag: Tag }>>
    const late = Effect.die(new Error(`process ${this.child.pid} did not say ${tag} within 30 seconds`))
    return Effect.timeoutOrElse(report, { duration: "30 seconds", orElse: () => late })
  }

  readonly ready: Effect.Effect<void> = Effect.suspend(() => Effect.asVoid(this.hear("Ready")))

  /** Tells it to read; returns at once. */
  read({ at = now(), compute, key, readers = 1 }: Wish): Running {
    const id = ++reads
    this.tell({ _tag: "Read", id, key, readers, at, compute })
    return {
      computing: Effect.map(this.hear("Computing", id), (report) => report.at),
      computes: () => this.heard.filter((name) => name === `Computing ${id}`).length,
      done: this.hear("Done", id),
      leave: Effect.sync(() => this.tell({ _tag: "Leave", id }))
    }
  }

  private tell(order: Order): void {
    this.child.send(order)
  }

  /** SIGKILL; returns when it is gone. */
  readonly kill: Effect.Effect<void> = Effect.suspend(() => {
    this.child.kill("SIGKILL")
    return Effect.asVoid(Deferred.await(this.ended))
  })

  /** Tells it to close its cache; its exit code, or `undefined` when it did not go by itself. */
  readonly close: Effect.Effect<number | null | undefined> = Effect.suspend(() => {
    this.tell({ _tag: "Close" })
    return Effect.map(
      Effect.timeoutOption(Deferred.await(this.ended), "10 seconds"),
      (exit) => exit._tag === "Some" ? exit.value : undefined
    )
  })
}

const nameOf = (report: Report): string => `${report._tag} ${report._tag === "Ready" ? 0 : report.id}`

const launch = (setup: Setup): Effect.Effect<Reader> =>
  Effect.sync(() => {
    const execArgv = ["--conditions=@smart-cache/source", "--disable-warning=ExperimentalWarning"]
    return new Reader(
      fork(program, [JSON.stringify(setup)], { execArgv, stdio: ["ignore", "ignore", "inherit", "ipc"] })
    )
  })

/** So many processes with a cache each, connected and warmed up. */
export const processes = Effect.fnUntraced(function*(count: number, setup: Setup) {
  const readers = yield* Effect.forEach(
    Array.from({ length: count }),
    () => Effect.acquireRelease(launch(setup), (reader) => reader.kill)
  )
  yield* Effect.forEach(readers, (reader) => reader.ready, { discard: true })
  for (const [index, reader] of readers.entries()) {
    yield* reader.read({ key: `warm-up-${index}`, readers: 250, compute: { _tag: "Sleep", millis: 1 } }).done
  }
  return readers
})
