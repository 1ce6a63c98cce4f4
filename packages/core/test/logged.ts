/** What is logged, collected in the place of being printed. */
import { Layer, Logger, References } from "effect"

export interface LoggedLine {
  readonly level: string
  readonly message: unknown
  readonly annotations: Readonly<Record<string, unknown>>
}

/** A layer that logs, at every level, into `lines`. */
export const logged = () => {
  const lines: Array<LoggedLine> = []
  const logger = Logger.map(Logger.formatStructured, ({ annotations, level, message }) => {
    lines.push({ level, message, annotations })
  })
  const layer = Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "Trace"))
  return { layer, lines }
}
