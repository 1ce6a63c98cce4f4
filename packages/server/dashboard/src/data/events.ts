/** Server-sent events over `fetch`, which can carry a token where `EventSource` cannot. */
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import * as Request from "./request.ts"

/** The server says something every 15 s at least; longer silence means that nobody is there. */
const silence = "25 seconds"

const gone = (message: string) => new Request.Unreachable({ message })

/** Hands over events until the stream ends, which it never does well: the failure says why. */
export const follow = (
  path: string,
  token: string,
  onOpen: () => void,
  onEvent: (name: string, data: unknown) => void
): Effect.Effect<never, Request.RequestError> =>
  Effect.scoped(Effect.gen(function*() {
    const response = yield* Request.open(path, token, { headers: { accept: "text/event-stream" } })
    const reader = yield* Effect.acquireRelease(
      Effect.sync(() => response.body!.getReader()),
      (open) => Effect.promise(() => open.cancel().catch(() => undefined))
    )
    onOpen()
    const decoder = new TextDecoder()
    const parser = Sse.makeParser((event) => {
      if (event._tag === "Event") onEvent(event.event, JSON.parse(event.data))
    })
    const next = Effect.tryPromise({ try: () => reader.read(), catch: () => gone("The connection broke.") }).pipe(
      Effect.timeoutOrElse({ duration: silence, orElse: () => Effect.fail(gone("The server has fallen silent.")) })
    )
    while (true) {
      const { done, value } = yield* next
      if (done) return yield* gone("The server closed the connection.")
      parser.feed(decoder.decode(value, { stream: true }))
    }
  }))
