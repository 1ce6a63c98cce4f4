/** What is no HTTP, or comes too slowly, never becomes a request: it is answered here. */
import type { Server, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"

interface Refusal {
  readonly status: number
  readonly title: string
  readonly detail: string
}

const unreadable: Refusal = { status: 400, title: "Bad Request", detail: "this is not HTTP that can be read" }

const refusals: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, title: "Request Timeout", detail: "the request took too long to come" },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    title: "Content Too Large",
    detail: "chunks have too much beside them"
  },
  HPE_HEADER_OVERFLOW: { status: 431, title: "Request Header Fields Too Large", detail: "the headers are too large" }
}

const answerOf = ({ detail, status, title }: Refusal): string => {
  const body = JSON.stringify({ type: "about:blank", title, status, detail })
  return [
    `HTTP/1.1 ${status} ${title}`,
    "Connection: close",
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body
  ].join("\r\n")
}

const isUnderWay = (response: ServerResponse | undefined): boolean =>
  response !== undefined && response.headersSent && !response.writableEnded

/** Answers them with a problem, unless an answer to an earlier request is under way on the connection, and hangs up. */
export const answer = (server: Server): void => {
  const latest = new WeakMap<Duplex, ServerResponse>()
  server.on("request", (request, response) => latest.set(request.socket, response))
  server.on("checkContinue", (request, response) => latest.set(request.socket, response))
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const hangUp = () => socket.destroy()
    if (!socket.writable || isUnderWay(latest.get(socket))) hangUp()
    else socket.end(answerOf(refusals[error.code ?? ""] ?? unreadable), hangUp)
  })
}
