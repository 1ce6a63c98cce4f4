/** Everything whose work is counted. */
import { scenarios as changes } from "./changes.ts"
import { scenarios as reads } from "./reads.ts"
import type { Scenario } from "./scenario.ts"

export const all: ReadonlyArray<Scenario> = [...reads, ...changes]
