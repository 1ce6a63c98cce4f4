/**
 * What went wrong with Redis, without what was sent to it.
 *
 * The errors of ioredis carry the command with its arguments: keys, values, and
 * for AUTH the password. This one is made of the server's code word and the part
 * of the text before anything quoted.
 */
import * as CacheError from "@smart-cache/core/CacheError"

/** Thrown by nobody: the `cause` of a `StoreFailed`. */
export class RedisFault extends Error {
  override readonly name = "RedisFault"
  /** The server's code word (`WRONGTYPE`, `NOSCRIPT`, `OOM`, …), a system's (`ECONNREFUSED`), `TIMEOUT`, `DISCONNECTED` or `UNKNOWN`. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

const disconnected =
  /^(?:Connection is closed|Stream isn't writeable|Cluster isn't ready|Cluster is (?:ended|disconnect)|Reached the max retries|None of startup nodes|Command aborted due to connection close|Failed to refresh slots)/

/** Codes of a server that does its work and would not do this: reads may well be answered. */
const refusals = new Set(["OOM", "READONLY", "MISCONF", "NOREPLICAS", "NOPERM", "WRONGTYPE", "CROSSSLOT", "EXECABORT"])

const maxLength = 160

/** The text up to anything quoted and to the arguments that the server repeats. */
const plain = (text: string): string => {
  const [head = ""] = text.split(/['"`\n\r]|,? with args/)
  return head.trim().slice(0, maxLength)
}

const systemCode = (error: Error): string | undefined =>
  "code" in error && typeof error.code === "string" ? error.code : undefined

/** The last error of several, which ioredis puts into one text. */
const innermost = (message: string): string =>
  message.split("Last error: ").at(-1)?.replace(/^\w*Error: /, "") ?? message

const ofText = (text: string, problem: string | undefined): RedisFault => {
  if (disconnected.test(text)) {
    return new RedisFault("DISCONNECTED", problem === undefined ? "not connected" : `not connected: ${problem}`)
  }
  if (text.startsWith("Command timed out")) return new RedisFault("TIMEOUT", "no answer in time")
  const code = /^[A-Z][A-Z]+(?= |$)/.exec(text)?.[0]
  return code === undefined
    ? new RedisFault("UNKNOWN", plain(text) || "an error without a text")
    : new RedisFault(code, plain(text))
}

/** Whatever was thrown, as a fault; `problem` is why there is no connection, if there is none. */
export const from = (thrown: unknown, problem?: string): RedisFault => {
  if (thrown instanceof RedisFault) return thrown
  if (!(thrown instanceof Error)) return new RedisFault("UNKNOWN", "something that is not an error was thrown")
  const code = systemCode(thrown)
  return code === undefined
    ? ofText(innermost(thrown.message), problem)
    : new RedisFault(code, plain(thrown.message) || code)
}

/** The fault as an error of the cache, which says what it tells of the server. */
export const failure = (operation: string, fault: RedisFault): CacheError.SmartCacheError => {
  const failed = { _tag: "StoreFailed", operation, cause: fault } as const
  if (fault.code === "TIMEOUT") return CacheError.make({ ...failed, kind: "timeout" })
  return CacheError.make(refusals.has(fault.code) ? { ...failed, kind: "refused" } : failed)
}

/**
 * Redirections came to no end: a slot of the Cluster is moving, and its keys are not all in one place. Single ones are
 * served. ioredis asks any node again after TRYAGAIN, so that the last answer may be another.
 */
export const isScattered = (error: unknown): boolean => {
  const cause = error instanceof CacheError.SmartCacheError && error.reason._tag === "StoreFailed"
    ? error.reason.cause
    : error
  return ["TRYAGAIN", "MOVED", "ASK"].includes(from(cause).code)
}
