/** A hundred readers of one missing key: in one process, and in four on one Redis. */
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as Effect from "effect/Effect"
import { type ChildProcess, fork, type StdioOptions } from "node:child_process"
import { fileURLToPath } from "node:url"
import { redisServer } from "../redisServer.ts"
import { type Claim, type Finding, judged } from "./finding.ts"
import { now, type Order, type Report, type Setup } from "./stampedeProtocol.ts"

export interface Size {
  /** Stampedes, each on a key of its own. */
  readonly rounds: number
  /** How long a compute takes, milliseconds. */
  readonly computeMs: number
}

const readers = 100
const processes = 4

/** What a process says goes where the parent's complaints go, for its output is the parent's. */
const stdio: StdioOptions = ["ignore", 2, 2, "ipc"]

/** How long a process may take for one step. */
const patience = 60_000

const finding = (where: string, method: string, computes: ReadonlyArray<number>): Finding => ({
  claim: `computes for ${readers} concurrent readers of one key, ${where}`,
  method,
  asked: "1",
  measured: `${Math.max(...computes)} (the most of ${computes.length} stampedes)`,
  ...judged(computes.every((count) => count === 1), "A key was computed more than once at a time."),
  figures: { most: Math.max(...computes), stampedes: computes.length }
})

const embedded = ({ computeMs, rounds }: Size) =>
  Effect.gen(function*() {
    const cache = yield* SmartCache.SmartCache
    const computes: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      let count = 0
      const compute = Effect.suspend(() => Effect.as(Effect.sleep(computeMs), `${round}.${++count}`))
      const read = cache.get(`stampede ${round}`, compute)
      const results = yield* Effect.all(Array.from({ length: readers }, () => read), { concurrency: "unbounded" })
      agree(results.map(({ value }) => value))
      computes.push(count)
    }
    return computes
  }).pipe(Effect.provide(SmartCache.layer()))

/** In one process; also what a test can run. */
export const inOneProcess = async (size: Size): Promise<Finding> =>
  finding(
    "in one process",
    `${readers} fibers read a missing key at once; counts the computes that began.`,
    await Effect.runPromise(embedded(size))
  )

const agree = (values: Iterable<string>): void => {
  const different = new Set(values)
  if (different.size !== 1) throw new Error(`readers of one key were given ${different.size} different values`)
}

/** The next report of a process; fails when it ends instead, or says nothing. */
const report = (child: ChildProcess): Promise<Report> =>
  new Promise((resolve, reject) => {
    const done = (end: () => void) => {
      clearTimeout(late)
      child.off("message", heard).off("exit", ended)
      end()
    }
    const heard = (message: Report) => done(() => resolve(message))
    const ended = (code: number | null) => done(() => reject(new Error(`a reading process ended with ${code}`)))
    const late = setTimeout(() => done(() => reject(new Error("a reading process said nothing"))), patience)
    child.on("message", heard).on("exit", ended)
  })

const ask = async (children: ReadonlyArray<ChildProcess>, order: Order): Promise<number> => {
  const answers = children.map((child) => report(child))
  for (const child of children) child.send(order)
  let computes = 0
  const values: Array<string> = []
  for (const answer of await Promise.all(answers)) {
    if (answer._tag !== "Done") throw new Error(`a reading process answered ${answer._tag}`)
    computes += answer.computes
    values.push(...answer.values)
  }
  agree(values)
  return computes
}

const acrossProcesses = async ({ computeMs, rounds }: Size): Promise<Finding> => {
  const server = await redisServer(process.env["REDIS_URL"])
  const setup: Setup = { url: server.url, namespace: `claims-${process.pid}-${Date.now()}` }
  const program = fileURLToPath(new URL("stampedeReader.ts", import.meta.url))
  const children = Array.from(
    { length: processes },
    () => fork(program, [JSON.stringify(setup)], { execArgv: process.execArgv, stdio })
  )
  try {
    await Promise.all(children.map(report))
    const computes: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      const order = { key: `stampede ${round}`, readers: readers / processes, at: now() + 100, computeMs }
      computes.push(await ask(children, order))
    }
    return finding(
      `${processes} processes`,
      `${processes} processes on one Redis, ${readers / processes} fibers in each, read a missing key at one moment; `
        + "adds up the computes that began in all of them.",
      computes
    )
  } finally {
    for (const child of children) child.kill()
    server.stop()
  }
}

export const run: Claim<Size> = async (size) => [await acrossProcesses(size), await inOneProcess(size)]
