import * as Effect from "effect/Effect"
import { useState } from "react"
import type { RequestError } from "../../data/request.ts"

export type Outcome =
  | { readonly _tag: "Idle" }
  | { readonly _tag: "Running" }
  | { readonly _tag: "Done"; readonly said: string }
  | { readonly _tag: "Failed"; readonly said: string }

/** Runs one thing at a time and says what came of it. */
export const useAction = (): readonly [Outcome, (work: Effect.Effect<string, RequestError>) => void] => {
  const [outcome, setOutcome] = useState<Outcome>({ _tag: "Idle" })
  const run = (work: Effect.Effect<string, RequestError>) => {
    setOutcome({ _tag: "Running" })
    Effect.runCallback(Effect.match(work, {
      onSuccess: (said) => setOutcome({ _tag: "Done", said }),
      onFailure: ({ message }) => setOutcome({ _tag: "Failed", said: message })
    }))
  }
  return [outcome, run]
}
