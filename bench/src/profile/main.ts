/** `npm run bench -- profile NAME`: what this cache spends its time on in a workload, or with `--heap` its bytes. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { redisOf } from "../frame/redis.ts"
import type { Registry, Workload } from "../frame/workload.ts"
import { ask } from "../work/child.ts"
import { type Item, type Tally, tally } from "./tally.ts"
import type { Answer, Question } from "./worker.ts"

export interface Result extends Omit<Answer, "costs">, Tally {
  readonly workload: string
  readonly subject: string
  readonly what: Question["what"]
}

const root = `${resolve(import.meta.dirname, "../../..")}/`

/** Longer than any set-up and its rounds. */
const patience = 300_000

/** The ways to use this cache, among the subjects. */
export const own = ({ subjects }: Workload): ReadonlyArray<string> =>
  Object.keys(subjects).filter((name) => name.startsWith("smart-cache"))

/** Who is profiled: one by name, or all that are this cache; throws when that is nobody. */
export const chosen = (workload: Workload, subject: string | undefined): ReadonlyArray<string> => {
  const there = Object.keys(workload.subjects).join("; ")
  if (subject !== undefined && !Object.hasOwn(workload.subjects, subject)) {
    throw new RangeError(`bench: ${workload.name} has no subject "${subject}"; there are ${there}`)
  }
  const subjects = subject === undefined ? own(workload) : [subject]
  if (subjects.length > 0) return subjects
  throw new RangeError(`bench: no subject of ${workload.name} is called smart-cache: name one by --subject of ${there}`)
}

/** Profiles one subject of a workload; an emptied server stays what the first round makes of it. */
export const profile = async (
  registry: string,
  workload: Workload,
  subject: string,
  what: Question["what"]
): Promise<Result> => {
  const redis = await redisOf(workload)
  const ended = new AbortController()
  try {
    await redis.prepare()
    const question: Question = { registry, workload: workload.name, subject, redis: redis.url, what }
    const { costs, ...rest } = await ask<Question, Answer>(new URL("worker.ts", import.meta.url), question, {
      patience,
      signal: ended.signal,
      nodeFlags: ["--expose-gc"]
    })
    return { ...rest, ...tally(costs, root), workload: workload.name, subject, what }
  } finally {
    ended.abort()
    redis.stop()
  }
}

const item = ({ name, share }: Item): string => `  ${(100 * share).toFixed(1).padStart(5)} %  ${name}`

const top = 25

const print = ({ each, functions, owners, rounds, subject, total, what, workload }: Result): void => {
  const all = what === "cpu" ? `${(total / 1e6).toFixed(2)} s` : `${(total / 1e6).toFixed(1)} MB`
  // A share of time is worth more than the time: a profiler costs some itself.
  const one = what === "cpu" || each === undefined ? "" : `, ${Math.round(total / each.times)} bytes ${each.name}`
  console.log(`${workload}, ${subject}: ${what === "cpu" ? "self time" : "allocated"} ${all} in ${rounds} rounds${one}`)
  console.log(
    ["by package:", ...owners.slice(0, 10).map(item), "by function:", ...functions.slice(0, top).map(item), ""].join(
      "\n"
    )
  )
}

const save = (folder: string, { file: { extension, text }, subject, workload }: Result): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${workload}.${subject.replaceAll(/\W+/g, "-")}.${extension}`), text)
}

export const main = async (args: Array<string>): Promise<void> => {
  const { positionals, values: flags } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      heap: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      out: { type: "string" },
      subject: { type: "string" }
    }
  })
  const registry = new URL("../workloads/index.ts", import.meta.url).href
  const { workloads } = await import(registry) as { readonly workloads: Registry }
  const unknown = positionals.find((name) => !Object.hasOwn(workloads, name))
  if (positionals.length === 0 || unknown !== undefined) {
    throw new RangeError(
      `bench: profile takes workloads: ${Object.keys(workloads).join(", ")}; got ${unknown ?? "none"}`
    )
  }
  for (const name of positionals) {
    const { workload } = await workloads[name]!()
    for (const subject of chosen(workload, flags.subject)) {
      const result = await profile(registry, workload, subject, flags.heap ? "heap" : "cpu")
      if (flags.out !== undefined) save(flags.out, result)
      if (flags.json) console.log(JSON.stringify({ ...result, file: undefined }))
      else print(result)
    }
  }
}
