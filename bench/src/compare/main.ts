/** `npm run bench -- compare`: is a state of this cache faster or slower than another? */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { roundsOf } from "../frame/rounds.ts"
import { checkOut, mismatches } from "./checkout.ts"
import { ratios } from "./pairs.ts"
import { choose, type Revision } from "./revision.ts"
import { judge, type Verdict } from "./verdict.ts"
import { workloads } from "./workloads.ts"

export interface Comparison {
  readonly old: string
  readonly new: string
  readonly pairs: number
  /** Dependencies that a state is not given as it asks for them. */
  readonly mismatches: ReadonlyArray<string>
  readonly rows: ReadonlyArray<Verdict & { readonly workload: string; readonly ratios: ReadonlyArray<number> }>
}

export interface Options {
  /** A clone of this project. */
  readonly root: string
  readonly revisions: readonly [old: Revision, new: Revision]
  readonly names: ReadonlyArray<string>
  readonly pairs: number
}

const interrupted = () => process.exit(130)

/** A folder that is gone when the work is done, and also when somebody ends the process. */
const inFolder = async <A>(work: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "smart-cache-compare-"))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once("exit", remove)
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted)
  try {
    return await work(folder)
  } finally {
    remove()
    process.off("exit", remove).off("SIGINT", interrupted).off("SIGTERM", interrupted)
  }
}

export const compare = ({ names, pairs, revisions, root }: Options): Promise<Comparison> =>
  inFolder(async (folder) => {
    const folders = [join(folder, "old"), join(folder, "new")] as const
    revisions.forEach((revision, i) => checkOut(root, folders[i]!, revision))
    const rows: Array<Comparison["rows"][number]> = []
    for (const name of names) {
      console.error(`bench: comparing ${name} …`)
      const { workload } = await workloads[name]!()
      const found = await ratios(workload, folders, pairs)
      rows.push({ workload: name, ...judge(found), ratios: found })
    }
    const [old, latest] = revisions
    const notes = folders.flatMap((each) => mismatches(root, each))
    return { old: old.name, new: latest.name, pairs, mismatches: notes, rows }
  })

const two = (x: number): string => x.toFixed(3)

const print = ({ mismatches, new: latest, old, pairs, rows }: Comparison): void => {
  console.log(`old: ${old}\nnew: ${latest}\nprocessor time, new to old: median of ${pairs} pairs of processes`)
  console.log("and the sign test's 95 % interval of it\n")
  for (const { interval: [low, high], ratio, says, workload } of rows) {
    console.log(`${workload.padEnd(20)} ${two(ratio)}   ${two(low)} to ${two(high)}   ${says}`)
  }
  for (const each of mismatches) console.log(`note: ${each}`)
}

const limitOf = (text: string): number => {
  const limit = Number(text)
  if (limit >= 0) return limit
  throw new RangeError(`compare: --fail-above must be a number of at least 0, got ${text}`)
}

/** Takes `[OLD] [NEW] [NAME…]`; what is no workload's name is a revision. */
export const main = async (args: Array<string>): Promise<void> => {
  const { positionals, values: flags } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      rounds: { type: "string", default: "9" },
      "fail-above": { type: "string" }
    }
  })
  const root = resolve(import.meta.dirname, "../../..")
  const pairs = roundsOf("compare", flags.rounds)
  const limit = flags["fail-above"] === undefined ? Infinity : limitOf(flags["fail-above"])
  const named = positionals.filter((each) => Object.hasOwn(workloads, each))
  const given = positionals.filter((each) => !named.includes(each))
  if (given.length > 2) throw new RangeError(`bench: two revisions are compared, got ${given.join(", ")}`)
  const names = named.length === 0 ? Object.keys(workloads) : named
  const comparison = await compare({ root, revisions: choose(root, given), names, pairs })
  if (flags.json) console.log(JSON.stringify(comparison))
  else print(comparison)
  const worse = comparison.rows.filter(({ ratio, says }) => says === "slower" && ratio > limit)
  if (worse.length === 0) return
  process.exitCode = 1
  console.error(`bench: slower by more than ${limit}: ${worse.map(({ workload }) => workload).join(", ")}`)
}
