import { type IncomingMessage, Server, type ServerOptions, type ServerResponse } from "node:http"

const part = (response: ServerResponse): void => {
  if (!response.headersSent) response.setHeader("connection", "close")
}

/**
 * A server that stops as soon as its last response has been given.
 *
 * Node's own closes the connections that are idle at that moment, and waits for the others until their clients leave.
 * This one tells them to, and closes each when its response has ended.
 */
export class PartingServer extends Server {
  readonly #responses = new Set<ServerResponse>()

  constructor(options: ServerOptions) {
    super(options)
    const follow = (_: IncomingMessage, response: ServerResponse): void => {
      if (!this.listening) part(response)
      this.#responses.add(response)
      response.once("close", () => {
        this.#responses.delete(response)
        if (!this.listening) setImmediate(() => this.closeIdleConnections())
      })
    }
    this.on("request", follow)
    this.on("checkContinue", follow)
  }

  override close(callback?: (error?: Error) => void): this {
    for (const response of this.#responses) part(response)
    return super.close(callback)
  }
}
