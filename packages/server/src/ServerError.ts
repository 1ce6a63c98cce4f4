/** Why the server could not start; the message says what to do. */
import * as Schema from "effect/Schema"

const Unprotected = Schema.TaggedStruct("Unprotected", { host: Schema.String })
const PortInUse = Schema.TaggedStruct("PortInUse", { host: Schema.String, port: Schema.Finite })
const CannotListen = Schema.TaggedStruct("CannotListen", {
  host: Schema.String,
  port: Schema.Finite,
  cause: Schema.Defect()
})

export const ServerReason = Schema.Union([Unprotected, PortInUse, CannotListen])
export type ServerReason = typeof ServerReason.Type

const codeOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : String(cause)

const describe = (reason: ServerReason): string => {
  switch (reason._tag) {
    case "Unprotected":
      return `binding to ${reason.host} lets other machines in, and there is no token: set SMART_CACHE_TOKEN, ` +
        "or bind to 127.0.0.1 (HOST)"
    case "PortInUse":
      return `port ${reason.port} of ${reason.host} is in use: stop what listens there, or choose another one (PORT)`
    case "CannotListen":
      return `cannot listen on ${reason.host}, port ${reason.port}: ${codeOf(reason.cause)}; ` +
        "choose another address (HOST, PORT)"
  }
}

/** The server could not start. */
export class ServerError extends Schema.Error<ServerError>("smart-cache/ServerError")({
  _tag: Schema.tag("ServerError"),
  reason: ServerReason
}) {
  override get message(): string {
    return describe(this.reason)
  }
}

export const make = (reason: ServerReason): ServerError => new ServerError({ reason })

/** What Node says when it cannot listen. */
export const fromListen = (host: string, port: number, cause: unknown): ServerError =>
  make(
    codeOf(cause) === "EADDRINUSE"
      ? { _tag: "PortInUse", host, port }
      : { _tag: "CannotListen", host, port, cause }
  )
