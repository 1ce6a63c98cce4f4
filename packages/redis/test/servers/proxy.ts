/** A TCP proxy before a server, that does to requests and replies what networks do. */
import { Effect } from "effect"
import { connect as dial, createServer, type Server, type Socket } from "node:net"
import { collector, type Request } from "./requests.ts"

/** Which requests a fault meets: those whose command and arguments contain this, in any case; all without it. */
interface Aim {
  readonly match?: string
  /** How many requests it meets before it is over; all without it. */
  readonly times?: number
}

export type Fault =
  | { readonly _tag: "None" }
  /** Each reply comes so much later. */
  | { readonly _tag: "Delay"; readonly millis: number }
  /** The server runs the command, but its reply never arrives: the connection is cut. */
  | { readonly _tag: "CutReply" } & Aim
  /** New connections are closed at once, and those that stand are cut. */
  | { readonly _tag: "Refuse" }
  /** The server never sees the command; this text is the reply, such as `-LOADING Redis is loading\r\n`. */
  | { readonly _tag: "Reply"; readonly text: string } & Aim

export interface Proxy {
  readonly port: number
  readonly url: string
  readonly set: (fault: Fault) => Effect.Effect<void>
  /** Requests that a fault met since the last `set`. */
  readonly met: Effect.Effect<number>
  /** Client connections that stand now. */
  readonly connections: Effect.Effect<number>
}

interface State {
  fault: Fault
  met: number
  readonly sockets: Set<Socket>
}

const meets = (state: State, { text }: Request): boolean => {
  const { fault } = state
  if (fault._tag !== "CutReply" && fault._tag !== "Reply") return false
  if (fault.times !== undefined && state.met >= fault.times) return false
  if (fault.match !== undefined && !text.toLowerCase().includes(fault.match.toLowerCase())) return false
  state.met += 1
  return true
}

/** What the server is asked in place of a request that it never sees, so that the reply keeps its place among the others. */
const stand = "a reply of the proxy"
const standIn = `*2\r\n$4\r\nECHO\r\n$${stand.length}\r\n${stand}\r\n`
const standInReply = `$${stand.length}\r\n${stand}\r\n`

/**
 * Replies of a server with some of them replaced; whatever comes before a replaced one goes first, as a client matches
 * replies to its requests by their order.
 */
const replies = (client: Socket) => {
  const texts: Array<string> = []
  let held: Buffer = Buffer.alloc(0)
  return {
    replaceNext: (text: string) => void texts.push(text),
    take: (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      for (let at = held.indexOf(standInReply); texts.length > 0 && at >= 0; at = held.indexOf(standInReply)) {
        client.write(held.subarray(0, at))
        client.write(texts.shift() ?? "")
        held = held.subarray(at + standInReply.length)
      }
      if (texts.length > 0) return
      client.write(held)
      held = Buffer.alloc(0)
    }
  }
}

const bufferOf = (chunk: Buffer | string): Buffer => typeof chunk === "string" ? Buffer.from(chunk) : chunk

const pass = (state: State, client: Socket, server: Socket): void => {
  const requests = collector()
  const answers = replies(client)
  let cut = false
  // Before it has let the client in, and while it publishes to it, a server answers no ECHO; nothing is in flight then.
  let echoes = false
  const refuse = (text: string) => {
    if (!echoes) return void client.write(text)
    answers.replaceNext(text)
    server.write(standIn)
  }
  client.on("data", (chunk) => {
    for (const request of requests(bufferOf(chunk))) {
      if (meets(state, request)) {
        if (state.fault._tag === "Reply") {
          refuse(state.fault.text)
          continue
        }
        cut = true
      }
      server.write(request.bytes)
      echoes = /^(?:mget|evalsha|eval|get|set) /i.test(request.text)
    }
  })
  server.on("data", (chunk) => {
    if (cut) return void client.destroy()
    if (state.fault._tag !== "Delay") return answers.take(bufferOf(chunk))
    const timer = setTimeout(() => client.write(chunk), state.fault.millis)
    client.once("close", () => clearTimeout(timer))
  })
}

const accept = (state: State, target: number) => (client: Socket): void => {
  if (state.fault._tag === "Refuse") return void client.destroy()
  const server = dial(target, "127.0.0.1")
  state.sockets.add(client)
  client.setNoDelay(true)
  server.setNoDelay(true)
  const end = () => {
    state.sockets.delete(client)
    client.destroy()
    server.destroy()
  }
  for (const socket of [client, server]) socket.on("error", end).on("close", end)
  pass(state, client, server)
}

const listen = (server: Server): Effect.Effect<number> =>
  Effect.callback((resume) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** A proxy before the server on this port; closed with the scope. */
export const proxy = Effect.fnUntraced(function*(target: { readonly port: number }) {
  const state: State = { fault: { _tag: "None" }, met: 0, sockets: new Set() }
  const cutAll = () => state.sockets.forEach((socket) => socket.destroy())
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => createServer(accept(state, target.port))),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        cutAll()
      })
  )
  const port = yield* listen(server)
  const proxy: Proxy = {
    port,
    url: `redis://127.0.0.1:${port}`,
    set: (fault) =>
      Effect.sync(() => {
        state.fault = fault
        state.met = 0
        if (fault._tag === "Refuse") cutAll()
      }),
    met: Effect.sync(() => state.met),
    connections: Effect.sync(() => state.sockets.size)
  }
  return proxy
})
