/**
 * A Redis URL in its parts: one server, a socket, a master by Sentinel, or a Cluster.
 *
 * A wrong URL throws `RangeError`. The message never quotes what was given: a
 * password at the wrong place looks like a host, a port or a path.
 */
import { show } from "@smart-cache/core/CacheError"
import * as Redacted from "effect/Redacted"

export interface Endpoint {
  readonly host: string
  readonly port: number
}

export type Target =
  | { readonly _tag: "Single"; readonly endpoint: Endpoint; readonly db: number }
  | { readonly _tag: "Socket"; readonly path: string }
  | {
    readonly _tag: "Sentinel"
    readonly sentinels: ReadonlyArray<Endpoint>
    readonly name: string
    readonly db: number
  }
  | { readonly _tag: "Cluster"; readonly nodes: ReadonlyArray<Endpoint> }

export interface Credentials {
  readonly username: string | undefined
  readonly password: Redacted.Redacted<string>
}

export interface Address {
  readonly target: Target
  readonly transport: "plain" | "tls"
  readonly credentials: Credentials | undefined
}

const schemes = ["redis", "rediss", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster", "unix"]

const refuse = (what: string, expected: string, got: string | undefined): never => {
  throw new RangeError(`${what} must be ${expected}, got ${got === undefined || got === "" ? "nothing" : show(got)}`)
}

const decode = (text: string, what: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return refuse(what, "percent-encoded", text)
  }
}

const credentialsOf = (userinfo: string): Credentials => {
  if (/[/?#]/.test(userinfo)) return refuse("the user name and password of the URL", "percent-encoded", userinfo)
  const colon = userinfo.indexOf(":")
  if (colon < 0 || colon === userinfo.length - 1) {
    return refuse("what stands before @ in the URL", "user:password or :password", userinfo)
  }
  const username = decode(userinfo.slice(0, colon), "the user name of the URL")
  const password = decode(userinfo.slice(colon + 1), "the password of the URL")
  return { username: username === "" ? undefined : username, password: Redacted.make(password) }
}

const endpointOf = (text: string, defaultPort: number): Endpoint => {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[A-Za-z0-9._-]+))(?::(?<port>[^:]*))?$/.exec(text)
  const host = match?.groups?.["v6"] ?? match?.groups?.["name"]
  if (host === undefined) return refuse("a host of the URL", "a name, an IPv4 address or an [IPv6 address]", text)
  const given = match?.groups?.["port"]
  const port = given === undefined ? defaultPort : /^\d{1,5}$/.test(given) ? Number(given) : 0
  return port >= 1 && port <= 65_535 ? { host, port } : refuse("a port of the URL", "an integer of 1 to 65535", given)
}

const dbOf = (text: string | undefined): number =>
  text === undefined || text === ""
    ? 0
    : /^\d{1,6}$/.test(text)
    ? Number(text)
    : refuse("the database of the URL", "an integer", text)

const sentinelOf = (sentinels: ReadonlyArray<Endpoint>, path: ReadonlyArray<string>): Target => {
  const [name, db, ...rest] = path
  if (name === undefined || name === "" || rest.length > 0) {
    return refuse("the path of a Sentinel URL", "/master or /master/database", path.join("/"))
  }
  return { _tag: "Sentinel", sentinels, name: decode(name, "the master's name in the URL"), db: dbOf(db) }
}

const targetOf = (kind: string, authority: string, path: ReadonlyArray<string>): Target => {
  if (kind === "sentinel") return sentinelOf(authority.split(",").map((each) => endpointOf(each, 26_379)), path)
  const nodes = authority.split(",").map((each) => endpointOf(each, 6379))
  if (kind === "cluster") {
    return path.join("") === "" || path.join("") === "0"
      ? { _tag: "Cluster", nodes }
      : refuse("the database of a Cluster URL", "0 or left out", path.join("/"))
  }
  const [endpoint, ...others] = nodes
  if (endpoint === undefined || others.length > 0) {
    return refuse("the host of the URL", "one; several need redis+sentinel:// or redis+cluster://", authority)
  }
  if (path.length > 1) return refuse("the path of the URL", "/database", path.join("/"))
  return { _tag: "Single", endpoint, db: dbOf(path[0]) }
}

/** `redis[s]://`, `redis[s]+sentinel://…/master/db`, `redis[s]+cluster://h1,h2`, `unix:///path`; throws `RangeError`. */
export const parse = (url: string): Address => {
  const scheme = schemes.find((each) => url.startsWith(`${each}://`))
  if (scheme === undefined) return refuse("the URL", schemes.map((each) => `${each}://…`).join(", "), url)
  const rest = url.slice(scheme.length + 3)
  const at = rest.lastIndexOf("@")
  const credentials = at < 0 ? undefined : credentialsOf(rest.slice(0, at))
  const location = rest.slice(at + 1)
  if (/[?#]/.test(location)) return refuse("the URL", "without a query or a fragment", location)
  const [authority = "", ...path] = location.split("/")
  if (scheme === "unix") {
    if (authority !== "" || path.join("") === "") return refuse("the path of the URL", "absolute", location)
    return { target: { _tag: "Socket", path: `/${path.join("/")}` }, transport: "plain", credentials }
  }
  const [protocol, kind = "single"] = scheme.split("+")
  return { target: targetOf(kind, authority, path), transport: protocol === "rediss" ? "tls" : "plain", credentials }
}
