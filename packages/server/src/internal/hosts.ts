import { isIPv4 } from "node:net"

const form = /^(\[[\da-f:.]+\]|[^\s:[\]@/\\?#]+)(?::\d{1,5})?$/i

/** The name in a `Host` header, without the port; `undefined` when it is none. */
export const nameOf = (header: string | undefined): string | undefined => form.exec(header ?? "")?.[1]?.toLowerCase()

/** Whether a name or address means this machine alone, in a header or to bind to. */
export const isLoopback = (host: string): boolean => {
  const name = host.toLowerCase()
  return name === "localhost" || name === "::1" || name === "[::1]" || isIPv4(name) && name.startsWith("127.")
}

/** Addresses that mean every interface, and so name none. */
const wildcards: ReadonlySet<string> = new Set(["0.0.0.0", "::", "[::]", ""])

/**
 * Which `Host` headers are meant for this server. A page of another site that has its own name resolve to this machine
 * (DNS rebinding) is told apart by the name that the browser sends.
 */
export const admits = (bound: string, allowed: ReadonlyArray<string>): (header: string | undefined) => boolean => {
  const own = wildcards.has(bound) ? [] : [bound, `[${bound}]`]
  const names = new Set([...own, ...allowed].map((name) => name.toLowerCase()))
  return (header) => {
    const name = nameOf(header)
    return name !== undefined && (isLoopback(name) || names.has(name))
  }
}
