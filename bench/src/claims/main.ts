/**
 * What the cache is to reach, measured: `npm run claims`, `npm run claims -- load memory --json`.
 *
 * A figure that does not hold is corrected, which is no error; a claim that cannot be measured, a read that fails and a
 * value that is wrong are.
 */
import { parseArgs } from "node:util"
import * as Day from "./day.ts"
import * as Density from "./density.ts"
import * as Events from "./events.ts"
import { type Finding, seed } from "./finding.ts"
import * as Load from "./load.ts"
import * as Memory from "./memory.ts"
import * as Stampede from "./stampede.ts"
import * as Table from "./table.ts"
import * as XFetch from "./xfetch.ts"

type Scale = "full" | "quick"

/** What is timed comes first, before the day leaves its garbage. */
const claims = {
  load: (scale: Scale) => Load.run({ seconds: scale === "full" ? 30 : 10, computeMs: scale === "full" ? 4200 : 1000 }),
  stampede: (scale: Scale) => Stampede.run({ rounds: scale === "full" ? 10 : 3, computeMs: 500 }),
  memory: (scale: Scale) =>
    Memory.run({
      allocation: { requests: 5000, rounds: scale === "full" ? 9 : 3 },
      growth: { requests: 20_000, rounds: scale === "full" ? 20 : 8 }
    }),
  events: () => Events.run(),
  density: (scale: Scale) =>
    Density.run({ densities: [0.3, 0.55, 1, 3, 6, 9, 15, 30, 100, 300], reads: scale === "full" ? 20_000 : 4_000 }),
  day: (scale: Scale) => Day.run({ reads: scale === "full" ? [250_000, 1_000_000] : [50_000] }),
  xfetch: (scale: Scale) =>
    XFetch.run(scale === "full" ? { reads: 1_000_000, cycles: 5000 } : { reads: 100_000, cycles: 300 })
} as const satisfies Record<string, (scale: Scale) => Promise<ReadonlyArray<Finding>>>
type Name = keyof typeof claims

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    quick: { type: "boolean", default: false }
  }
})
const isName = (name: string): name is Name => Object.hasOwn(claims, name)
const known = Object.keys(claims).filter(isName)
const unknown = positionals.find((name) => !isName(name))
if (unknown !== undefined) throw new RangeError(`claims: there is no "${unknown}"; there are ${known.join(", ")}`)

const scale: Scale = flags.quick ? "quick" : "full"
const findings: Array<Finding> = []
for (const name of positionals.length === 0 ? known : positionals.filter(isName)) {
  console.error(`claims: measuring ${name} …`)
  try {
    findings.push(...await claims[name](scale))
  } catch (error) {
    process.exitCode = 1
    console.error(`claims: ${name} could not be measured`, error)
  }
}

if (flags.json) console.log(JSON.stringify({ seed, scale, findings }))
else {
  console.log((flags.markdown ? Table.markdown : Table.terminal)(findings))
  const corrected = findings.filter(({ verdict }) => verdict === "corrected").length
  console.log(`\nSeed ${seed}, ${scale}: ${findings.length - corrected} hold, ${corrected} corrected.`)
}
