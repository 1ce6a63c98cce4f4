/** What the parent and a subject's process tell each other. */
import type { Measured } from "./workload.ts"

/** Which subject a process is: its only argument, as JSON. */
export interface Start {
  /** URL of the module that exports `workloads`. */
  readonly registry: string
  readonly workload: string
  readonly subject: string
  /** URL of a server, or empty. */
  readonly redis: string
}

export type Order = "round" | "stop"

export type Report =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "Measured"; readonly measured: Measured }
  | { readonly _tag: "Failed"; readonly why: string }
