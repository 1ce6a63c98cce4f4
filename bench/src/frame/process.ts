/** A subject's process as its parent sees it. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { Order, Report, Start } from "./protocol.ts"
import type { Measured } from "./workload.ts"

/** A subject that failed, died or said nothing: its workload has no figures. */
export class Refused extends Error {
  readonly subject: string
  readonly why: string
  constructor(subject: string, why: string) {
    super(`${subject}: ${why}`)
    this.subject = subject
    this.why = why
  }
}

export interface Running {
  readonly name: string
  readonly round: () => Promise<Measured>
  /**
   * Ends the process, by force when it does not end by itself; refuses when it failed meanwhile or ends with another
   * code than 0, but not a second time for what a round refused already.
   */
  readonly stop: () => Promise<void>
}

const program = fileURLToPath(new URL("subject.ts", import.meta.url))

/**
 * Node strips the types itself: tsx would wrap every function to keep its name, which costs this cache what no peer
 * that comes compiled has to pay.
 */
const flags = ["--conditions=@smart-cache/source", "--expose-gc", "--disable-warning=ExperimentalWarning"]

/** How long a process may take to end by itself, milliseconds. */
const farewell = 5000

/** The next report of a process; refuses when it ends instead, or says nothing for `patience` milliseconds. */
const report = (child: ChildProcess, subject: string, patience: number): Promise<Report> =>
  new Promise((resolve, reject) => {
    const done = (end: () => void) => {
      clearTimeout(late)
      child.off("message", heard).off("exit", ended)
      end()
    }
    const refuse = (why: string) => done(() => reject(new Refused(subject, why)))
    const heard = (message: Report) => message._tag === "Failed" ? refuse(message.why) : done(() => resolve(message))
    const ended = (code: number | null, signal: string | null) => refuse(`its process ended with ${code ?? signal}`)
    const late = setTimeout(() => refuse(`it said nothing for ${patience} ms`), patience)
    if (child.exitCode !== null || child.signalCode !== null) return ended(child.exitCode, child.signalCode)
    child.on("message", heard).on("exit", ended)
  })

/** Everything that it said has arrived then, too: a process may be gone before. */
const gone = async (child: ChildProcess): Promise<void> => {
  const exited = child.exitCode !== null || child.signalCode !== null
  await Promise.all([exited || once(child, "exit"), !child.connected || once(child, "disconnect")])
}

/** Gives what it ended with, if that was not 0 and nobody made it end. */
const end = async (child: ChildProcess): Promise<number | string | undefined> => {
  let forced = false
  const late = setTimeout(() => forced = child.kill("SIGKILL"), farewell)
  const ended = gone(child)
  if (child.connected) child.send("stop" satisfies Order)
  await ended
  clearTimeout(late)
  return forced || child.exitCode === 0 ? undefined : child.exitCode ?? child.signalCode ?? undefined
}

const kill = async (child: ChildProcess): Promise<void> => {
  const ended = gone(child)
  child.kill("SIGKILL")
  await ended
}

/** Starts a process and waits until its subject is ready. What it writes goes where the parent's complaints go. */
export const run = async (start: Start, patience: number): Promise<Running> => {
  const child = fork(program, [JSON.stringify(start)], {
    execArgv: flags,
    stdio: ["ignore", 2, 2, "ipc"],
    // What JSON cannot say, such as no number at all, must arrive as it is.
    serialization: "advanced"
  })
  let able = true
  // It may also fail while nobody asks it for anything.
  let failure: Refused | undefined
  child.on("message", (message: Report) => {
    if (message._tag === "Failed") failure ??= new Refused(start.subject, message.why)
  })
  const next = async (order?: Order): Promise<Report> => {
    try {
      if (failure !== undefined) throw failure
      const answer = report(child, start.subject, patience)
      if (order !== undefined && child.connected) child.send(order)
      return await answer
    } catch (error) {
      able = false
      throw error
    }
  }
  const finish = async (): Promise<void> => {
    if (!able) return kill(child)
    const ended = await end(child)
    if (failure !== undefined) throw failure
    if (ended !== undefined) throw new Refused(start.subject, `its process ended with ${ended}`)
  }
  let finishing: Promise<void> | undefined
  const stop = () => finishing ??= finish()
  try {
    await next()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    name: start.subject,
    round: async () => {
      const answer = await next("round")
      if (answer._tag !== "Measured") throw new Refused(start.subject, `it answered ${answer._tag}`)
      return answer.measured
    },
    stop
  }
}

/** What the work gives, once all processes that it started have ended well; none of them is left either way. */
export const supervised = async <A>(work: (running: Array<Running>) => Promise<A>): Promise<A> => {
  const running: Array<Running> = []
  const stop = () => running.map(({ stop }) => stop())
  try {
    const result = await work(running)
    await Promise.all(stop())
    return result
  } finally {
    await Promise.allSettled(stop())
  }
}
