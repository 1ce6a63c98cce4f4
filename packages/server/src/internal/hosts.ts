import { isIPv4, isIPv6 } from "node:net"

const form = /^(\[[\da-f:.]+\]|[^\s:[\]@/\\?#]+)(?::\d{1,5})?$/i

/** The name in a `Host` header, without the port; `undefined` when it is none. */
export const nameOf = (header: string | undefined): string | undefined => form.exec(header ?? "")?.[1]?.toLowerCase()

/** The name that somebody wants allowed, be it with a port or an address without brackets; `undefined` when it is none. */
export const allowedName = (text: string): string | undefined => nameOf(isIPv6(text) ? `[${text}]` : text)

/** Whether a name or address means this machine alone, in a header or to bind to. */
export const isLoopback = (host: string): boolean => {
  const name = host.toLowerCase()
  return name === "localhost" || name === "::1" || name === "[::1]" || isIPv4(name) && name.startsWith("127.")
}

const wildcards: ReadonlySet<string> = new Set(["0.0.0.0", "::", "[::]", ""])

/** Whether an address to bind to means every interface, and so names none. */
export const isWildcard = (host: string): boolean => wildcards.has(host)

/**
 * Which `Host` headers are meant for this server. A page of another site that has its own name resolve to this machine
 * (DNS rebinding) is told apart by the name that the browser sends.
 */
export const admits = (bound: string, allowed: ReadonlyArray<string>): (header: string | undefined) => boolean => {
  const own = isWildcard(bound) ? [] : [bound, `[${bound}]`]
  const names = new Set([...own.map((name) => name.toLowerCase()), ...allowed.map(allowedName)])
  return (header) => {
    const name = nameOf(header)
    return name !== undefined && (isLoopback(name) || names.has(name))
  }
}
