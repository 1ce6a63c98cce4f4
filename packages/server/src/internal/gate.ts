import * as Context from "effect/Context"
import type * as Redacted from "effect/Redacted"
import * as Problems from "../api/Problems.ts"
import * as Hosts from "./hosts.ts"
import * as Token from "./token.ts"

/** Where the server listens and who may do what. */
export interface Options {
  readonly host: string
  readonly token: Redacted.Redacted | undefined
  readonly allowedHosts: ReadonlyArray<string>
}

export interface Shape {
  /** What is wrong with reading under these headers, if anything. */
  readonly reader: (host: string | undefined, authorization: string | undefined) => Problems.Problem | undefined
  /** The same for anybody: what shows nothing of the cache is open to all. */
  readonly visitor: (host: string | undefined) => Problems.Misdirected | undefined
  /** The same for changes. */
  readonly writer: (credential: string) => Problems.Unauthorized | Problems.Forbidden | undefined
}

/** Decides who may read and who may change things. */
export class Gate extends Context.Service<Gate, Shape>()("smart-cache/http/Gate") {}

const misdirected = (host: string | undefined): Problems.Misdirected =>
  new Problems.Misdirected({
    detail: host === undefined
      ? "the request names no host"
      : `this server does not answer for ${JSON.stringify(host.slice(0, 255))}; ` +
        "its operator can allow a name with SMART_CACHE_ALLOWED_HOSTS"
  })

const unauthorized = new Problems.Unauthorized({ detail: "give the server's token: Authorization: Bearer …" })

const tokenless = new Problems.Forbidden({
  detail: "this server has no token, so nobody may change anything; its operator can set SMART_CACHE_TOKEN"
})

export const make = ({ allowedHosts, host: bound, token }: Options): Shape => {
  const admits = Hosts.admits(bound, allowedHosts)
  const open = Hosts.isLoopback(bound)
  const visitor = (host: string | undefined) => admits(host) ? undefined : misdirected(host)
  const writer = (credential: string) =>
    token === undefined ? tokenless : Token.matches(credential, token) ? undefined : unauthorized
  return {
    visitor,
    writer,
    reader: (host, authorization) => visitor(host) ?? (open ? undefined : writer(Token.bearer(authorization)))
  }
}
