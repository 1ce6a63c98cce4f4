/** A tracer that keeps every span, and what a span tells. */
import { Exit, Layer, Option, Tracer } from "effect"

export const recorder = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const position = (spanId: string) => spans.findIndex((each) => each.spanId === spanId)
  /** The spans so far, oldest first, each with the position of its parent and of what it is linked to. */
  const told = () =>
    spans.map(({ attributes, links, name, parent, status }) => {
      const ended = status._tag === "Ended" ? (Exit.isSuccess(status.exit) ? "ok" : "failed") : "running"
      return {
        name: name.replace("smart-cache.", ""),
        ended,
        parent: Option.isSome(parent) ? position(parent.value.spanId) : undefined,
        links: links.map(({ span }) => position(span.spanId)),
        attributes: Object.fromEntries(
          Array.from(attributes, ([key, value]) => [key.replace("smart_cache.", ""), value])
        )
      }
    })
  return { spans, told, layer: Layer.succeed(Tracer.Tracer, tracer) }
}
