/**
 * `npm start`: plays a match day through the cache and prints what happened.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Terminal from "effect/Terminal"
import * as MatchDay from "../MatchDay.ts"
import type { DayResult } from "../report/DayResult.ts"
import * as Picture from "../report/picture.ts"
import * as Progress from "../report/progress.ts"
import * as Report from "../report/terminal.ts"
import { complain, dayFlags, endWithOutput, given, millis, sourceOf } from "./common.ts"

const count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20_000_000 }))

const flags = {
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print one JSON object and nothing else"),
    Flag.withDefault(false)
  ),
  ...dayFlags,
  reads: Flag.Int("reads").pipe(
    Flag.withDescription("How many reads, 1 to 20,000,000 (default 250,000; a million take a minute or two)"),
    Flag.withDefault(250_000),
    Flag.withSchema(count)
  ),
  computeMs: Flag.Int("compute-ms").pipe(
    Flag.withDescription("How long one compute takes on the virtual clock, milliseconds, 1 to 20000 (default 4200)"),
    Flag.withDefault(4200),
    Flag.withSchema(millis)
  ),
  redis: Flag.String("redis").pipe(
    Flag.withDescription(
      "Play over the Redis at this URL, such as redis://user:password@host:6379/0 (default: in this process)"
    ),
    Flag.withSchema(given),
    Flag.optional
  ),
  picture: Flag.String("picture").pipe(
    Flag.withDescription(
      "Where to write the picture of the day (default out/match-day.svg; with --json only if given)"
    ),
    Flag.optional
  )
}

/** Rewrites one line in a terminal; a plain line every tenth of the day when piped. */
const makeProgress = Effect.gen(function*() {
  const { canAnimate } = yield* TerminalCapabilities.TerminalCapabilities
  const terminal = yield* Terminal.Terminal
  const columns = yield* terminal.columns
  let shown = 0
  return (progress: Progress.Progress) => {
    if (canAnimate) return Effect.ignore(terminal.display(`\r\u001b[K${Progress.line(progress, columns)}`))
    const tenth = Math.floor(10 * progress.reads / progress.total)
    if (tenth === shown) return Effect.void
    shown = tenth
    return Console.log(Progress.line(progress))
  }
})

class PictureError extends Data.TaggedError("PictureError")<{ readonly file: string; readonly problem: string }> {
  override get message(): string {
    return `cannot write the picture to "${this.file}": ${this.problem}; choose another file with --picture`
  }
}

const writePicture = (result: DayResult, file: string) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    yield* fs.makeDirectory(path.dirname(file), { recursive: true })
    yield* fs.writeFileString(file, Picture.picture(result))
  }).pipe(Effect.mapError((error) => new PictureError({ file, problem: error.message })))

const printReport = Effect.fnUntraced(function*(result: DayResult, file: string) {
  const { canAnimate, canColor } = yield* TerminalCapabilities.TerminalCapabilities
  const columns = canAnimate ? yield* (yield* Terminal.Terminal).columns : undefined
  yield* Console.log(
    `${canAnimate ? "\r\u001b[K" : ""}\n${Report.report(result, canColor ? "ansi" : "plain", columns)}`
  )
  yield* writePicture(result, file)
  yield* Console.log(`Picture of the day: ${file}`)
})

const matchday = Command.make(
  "matchday",
  flags,
  ({ computeMs, data, date, json, picture, reads, redis, seed }) =>
    Effect.gen(function*() {
      const source = yield* sourceOf(data, date)
      const onProgress = json ? undefined : yield* makeProgress
      const result = yield* MatchDay.run({
        source,
        seed,
        reads,
        computeMs,
        redis: Option.getOrUndefined(redis),
        onProgress
      })
      if (!json) return yield* printReport(result, Option.getOrElse(picture, () => "out/match-day.svg"))
      yield* Console.log(JSON.stringify(result))
      if (Option.isSome(picture)) yield* writePicture(result, picture.value)
    }).pipe(
      Effect.tapCause(complain("matchday"))
    )
).pipe(Command.withDescription("Plays a real match day through the cache on a virtual clock"))

endWithOutput("matchday")

Command.run(matchday, { version: "0.1.0" }).pipe(
  // The output is the result's, and a connection's trouble ends the command with an error anyway.
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([Logger.withConsoleError(Logger.formatSimple)]))),
  Effect.provideService(References.MinimumLogLevel, "Error"),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
